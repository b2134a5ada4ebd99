# difflib: what two sequences have in common, and how they differ.

Differ = prelude("difflib.Differ")
HtmlDiff = refused("use difflib.unified_diff or difflib.ndiff")
IS_CHARACTER_JUNK = prelude("difflib.IS_CHARACTER_JUNK")
IS_LINE_JUNK = prelude("difflib.IS_LINE_JUNK")
Match = prelude("difflib.Match")
SequenceMatcher = prelude("difflib.SequenceMatcher")
context_diff = prelude("difflib.context_diff")
get_close_matches = prelude("difflib.get_close_matches")
ndiff = prelude("difflib.ndiff")
restore = prelude("difflib.restore")
unified_diff = prelude("difflib.unified_diff")
