"""SEPA credit transfers as a file for the bank: ISO 20022 pain.001.001.03."""

from relais.connectors.sepa.writing import Account, Transfer, TransferFile, sepa_text, write_file

__all__ = ["Account", "Transfer", "TransferFile", "sepa_text", "write_file"]
