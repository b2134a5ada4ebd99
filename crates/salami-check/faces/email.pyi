# email: only what handles addresses and dates, as text.

utils = module("email.utils")
message = refused("import a tool: `from tools import email`")
mime = refused("import a tool: `from tools import email`")
message_from_string = refused("split the text at the first empty line and read the headers with str methods")
