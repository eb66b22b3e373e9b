"""SMS by an HTTP gateway: what leaves, what comes in, how many parts it is billed as."""

from relais.connectors.sms.gateway import SmsWay
from relais.connectors.sms.gsm7 import fits, plain, segments
from relais.connectors.sms.incoming import (
    NotBelieved,
    NotUnderstood,
    Received,
    Report,
    read_call,
    signature,
)

__all__ = [
    "NotBelieved",
    "NotUnderstood",
    "Received",
    "Report",
    "SmsWay",
    "fits",
    "plain",
    "read_call",
    "segments",
    "signature",
]
