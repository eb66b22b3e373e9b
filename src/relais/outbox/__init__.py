"""Messages that leave: written in the transaction of what causes them, sent by the worker."""
