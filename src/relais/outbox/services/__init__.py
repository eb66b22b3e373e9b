"""What changes messages. One subject, then named arguments.

`post`, `post_many` and `cancel` are for every module above; docs/messages.md tells how.
"""

from __future__ import annotations

from relais.outbox.services.choices import (
    NoChannelRefusal,
    allow_number,
    choose,
    stop_number,
    stop_requests,
)
from relais.outbox.services.log import (
    Arrived,
    ResendRefusal,
    close_question,
    close_questions,
    mark_read,
    note_answer,
    note_report,
    receive_sms,
    resend,
    settle,
    settle_sms,
)
from relais.outbox.services.posting import (
    HealthWordRefusal,
    Posting,
    cancel,
    post,
    post_many,
    post_words,
)
from relais.outbox.services.sending import (
    Letter,
    NobodyKnows,
    Receipt,
    Refused,
    TryLater,
    Way,
    forget_old,
    give_up,
    send_due,
)
from relais.outbox.services.texts import TextRefusal, check, rewrite

__all__ = [
    "Arrived",
    "HealthWordRefusal",
    "Letter",
    "NoChannelRefusal",
    "NobodyKnows",
    "Posting",
    "Receipt",
    "Refused",
    "ResendRefusal",
    "TextRefusal",
    "TryLater",
    "Way",
    "allow_number",
    "cancel",
    "check",
    "choose",
    "close_question",
    "close_questions",
    "forget_old",
    "give_up",
    "mark_read",
    "note_answer",
    "note_report",
    "post",
    "post_many",
    "post_words",
    "receive_sms",
    "resend",
    "rewrite",
    "send_due",
    "settle",
    "settle_sms",
    "stop_number",
    "stop_requests",
]
