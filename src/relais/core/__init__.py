"""Words without domain that every module uses: refusals, actors, the audit, French formats."""
