"""HTTP: asks the hosts that the owner of the program allows. What a host answers is a response,
whatever its status; a host that cannot be reached, or may not be, raises ToolError."""

@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: str

@read
def get(url: str, headers: dict[str, str] | None = None) -> Response: ...
@irreversible
def post(url: str, body: Any = None, headers: dict[str, str] | None = None) -> Response: ...
@irreversible
def put(url: str, body: Any = None, headers: dict[str, str] | None = None) -> Response: ...
@irreversible
def delete(url: str, headers: dict[str, str] | None = None) -> Response: ...
