"""Invites the guests to a wedding, waits for their answers for a week, gives more time to those who ask for
it, and insists on knowing who they bring and what they eat. If anything worries, I want to know at once."""

from dataclasses import dataclass

from salami import gather, spawn
from tools import email, llm, user

DAY = 24 * 60 * 60


@dataclass
class Guest:
    name: str
    address: str


@dataclass
class Answer:
    comes: bool | None
    plus_one: bool | None
    meal: str | None
    days_wanted: int
    worry: str | None


FIELDS = {
    "comes": "bool | None: whether the guest comes, None if that is not said",
    "plus_one": "bool | None: whether they bring somebody",
    "meal": "Literal['meat', 'fish', 'vegetarian'] | None: what they eat",
    "days_wanted": "int: how many more days they ask for, else 0",
    "worry": "str | None: what the couple should know at once",
}


def invite(guest: Guest, day: str) -> str:
    email.send(
        guest.address,
        f"Our wedding on {day}",
        f"Dear {guest.name},\nplease come! Tell us within a week whether you bring somebody, and what you eat.",
    )
    days = 7
    known = Answer(None, None, None, 0, None)
    for _ in range(10):
        message = email.received(sender=guest.address, timeout=days * DAY)
        if message is None:
            break
        answer: Answer = llm.extract(message.body, FIELDS)
        if answer.worry is not None:
            user.notify(f"{guest.name} worries: {answer.worry}")
        if answer.comes is not None:
            known.comes = answer.comes
        if answer.plus_one is not None:
            known.plus_one = answer.plus_one
        if answer.meal is not None:
            known.meal = answer.meal
        if known.comes is False:
            email.reply(message, "What a pity!")
            return f"{guest.name}: does not come"
        if known.comes and known.plus_one is not None and known.meal is not None:
            email.reply(message, "Wonderful, see you there!")
            return f"{guest.name}: comes{' with somebody' if known.plus_one else ''}, {known.meal}"
        if answer.days_wanted > 0:
            days = min(answer.days_wanted, 14)
            email.reply(message, f"Of course, take {days} days.")
            continue
        missing: list[str] = []
        if known.comes is None:
            missing.append("whether you come")
        if known.plus_one is None:
            missing.append("whether you bring somebody")
        if known.meal is None:
            missing.append("what you eat")
        days = 3
        email.reply(message, f"Please tell us {' and '.join(missing)}.")
    return f"{guest.name}: silent, please call"


def main(guests: list[Guest], day: str) -> list[str]:
    answers = gather(*[spawn(invite, guest, day) for guest in guests])
    user.notify("All invitations are settled:\n" + "\n".join(answers))
    return list(answers)
