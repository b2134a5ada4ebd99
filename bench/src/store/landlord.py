"""When my landlord writes, my lawyer gets it. After a week I hear that the lawyer is silent, or am asked
what to do with the answer."""

import time

from tools import email, user

LAWYER = "lawyer@example.com"


def main(landlord: str) -> None:
    message = email.received(sender=landlord)
    if message is None:
        return
    email.forward(message, LAWYER, "My landlord wrote this. What do you advise?")

    time.sleep(604800)

    answer = email.received(sender=LAWYER, timeout=1)
    if answer is None:
        user.notify(f"Your lawyer has not answered about '{message.subject}' for a week.")
        return
    email.reply(answer, "Thank you very much for your answer.")
    wish = user.ask(f"Your lawyer answered:\n\n{answer.body}\n\nWhat shall I write to your landlord?")
    email.reply(message, wish)
