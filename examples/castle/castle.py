"""What a character of a game does this evening. It takes hours of the game's time; the game goes on meanwhile."""

import time

from tools import hero, sky

MINUTE = 60


def go(place: str) -> None:
    hero.walk_to(place)
    hero.arrived(place=place)


def main() -> str:
    go("castle")
    hero.say("What a castle!")

    go("bathroom")
    time.sleep(20 * MINUTE)
    hero.say("Much better.")

    go("tower")
    while not sky.is_dark():
        time.sleep(15 * MINUTE)
    stars = sky.stars()
    for star in stars[:3]:
        hero.look_at(star)
        time.sleep(5 * MINUTE)
    hero.say(f"{len(stars)} stars! I could stay here for ever.")
    return "content"
