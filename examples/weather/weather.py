"""Says whether it is hot in a city."""

import json
from urllib.parse import quote

from tools import http


def main(city: str, hot: float = 24.0) -> dict[str, str | float]:
    response = http.get(f"https://api.example.com/weather?city={quote(city)}")
    if response.status != 200:
        raise RuntimeError(f"the weather service says {response.status}")
    temperature: float = json.loads(response.body)["main"]["temp"]
    print(f"{city}: {temperature} degrees")
    return {"city": city, "temperature": temperature, "alert": "hot" if temperature > hot else "none"}
