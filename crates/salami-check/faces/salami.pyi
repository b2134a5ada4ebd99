# salami: Salami's own words; python/salami has them for CPython.

# A call of a tool failed; str() of it says why.
@exception
class ToolError(Exception): ...

spawn = refused("call the function, or gather coroutines with asyncio.gather")
gather = refused("use asyncio.gather")
race = refused("use asyncio.wait with return_when=asyncio.FIRST_COMPLETED")
wait_until = refused("use time.sleep(seconds)")
attempt = refused("catch ToolError and call what takes the steps back")
choose = refused("try the options in a loop")
backtrack = refused("try the options in a loop")
todo = refused("ask with a tool, or raise an exception that says what is missing")
