from dataclasses import dataclass


@dataclass
class Hits:
    path: str
    requests: int
    failed: int


list[Hits]
