# __future__.

annotations = form
division = form
generator_stop = form
print_function = form
absolute_import = form
unicode_literals = form
