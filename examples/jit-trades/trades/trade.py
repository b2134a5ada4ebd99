from dataclasses import dataclass
from datetime import date


@dataclass
class Trade:
    symbol: str
    date: date
    shares: float
    price: float


list[Trade]
