"""What mail servers send back, as they write it: ``{address}`` and ``{letter}`` (its Message-ID) are filled in."""

from pathlib import Path

POSTFIX, EXCHANGE, GMAIL, EXIM, OLD_EXIM, QMAIL, SENDMAIL, OUT_OF_OFFICE, READ_RECEIPT = (
    (Path(__file__).parent / "returned" / f"{name}.eml").read_text()
    for name in (
        "postfix", "exchange", "gmail", "exim", "exim-of-before", "qmail", "sendmail", "out-of-office", "read-receipt",
    )
)  # fmt: skip

INTERNATIONAL = (
    SENDMAIL.replace("message/delivery-status", "message/global-delivery-status")
    .replace("text/rfc822-headers", "message/global-headers")
    .replace("Final-Recipient: RFC822;", "Final-Recipient: utf-8;")
    .replace("Message-Id: <2026", "Message-Id: <u2026")
)
NO_LETTER = POSTFIX.partition("--4XbK2m6YHbz.1795597331/relais.invalid\nContent-Description: Undelivered")[0] + (
    "--4XbK2m6YHbz.1795597331/relais.invalid--\n"
)
FULL = POSTFIX.replace("Status: 5.1.1", "Status: 5.2.2").replace("smtp; 550 5.1.1", "smtp; 552 5.2.2")
EXPIRED = POSTFIX.replace("Status: 5.1.1", "Status: 4.4.1").replace("smtp; 550 5.1.1", "smtp; 451 4.4.1")
DELAYED = EXPIRED.replace("Action: failed", "Action: delayed").replace("Undelivered Mail", "Delayed Mail")
DELIVERED = POSTFIX.replace("Action: failed", "Action: delivered").replace("Status: 5.1.1", "Status: 2.0.0")

FAILURES = {
    "postfix": POSTFIX, "exchange": EXCHANGE, "gmail": GMAIL, "exim": EXIM, "exim of before": OLD_EXIM,
    "qmail": QMAIL, "sendmail": SENDMAIL, "international": INTERNATIONAL,
}  # fmt: skip
