# traceback: exceptions as text, without the lines of the source.

text_of = prelude("traceback.text_of")
format_exc = prelude("traceback.format_exc")
format_exception = prelude("traceback.format_exception")
format_exception_only = prelude("traceback.format_exception_only")
print_exc = prelude("traceback.print_exc")
print_exception = prelude("traceback.print_exception")
extract_stack = refused("programs do not look at themselves")
extract_tb = refused("use traceback.format_exc()")
format_stack = refused("programs do not look at themselves")
format_tb = refused("use traceback.format_exc()")
print_stack = refused("programs do not look at themselves")
