# os: only the functions of os.path over names, and separators. A program reaches no files by itself.

path = module("os.path")
sep: str = "/"
linesep: str = "\n"
extsep: str = "."
curdir: str = "."
pardir: str = ".."
pathsep: str = ":"
chdir = refused("a program reaches no files by itself: import a tool: `from tools import files`")
environ = refused("settings are parameters of main: `def main(api_url: str)`; secrets stay with the tools")
getcwd = refused("a program reaches no files by itself: import a tool: `from tools import files`")
getenv = refused("settings are parameters of main: `def main(api_url: str)`; secrets stay with the tools")
getpid = refused("a program reaches nothing outside by itself")
listdir = refused("a program reaches no files by itself: import a tool: `from tools import files`")
makedirs = refused("a program reaches no files by itself: import a tool: `from tools import files`")
mkdir = refused("a program reaches no files by itself: import a tool: `from tools import files`")
popen = refused("a program reaches nothing outside by itself: import a tool for what you need: `from tools import ...`")
remove = refused("a program reaches no files by itself: import a tool: `from tools import files`")
rename = refused("a program reaches no files by itself: import a tool: `from tools import files`")
scandir = refused("a program reaches no files by itself: import a tool: `from tools import files`")
system = refused("a program reaches nothing outside by itself: import a tool for what you need: `from tools import ...`")
unlink = refused("a program reaches no files by itself: import a tool: `from tools import files`")
urandom = refused("use secrets.token_bytes(n)")
walk = refused("a program reaches no files by itself: import a tool: `from tools import files`")
