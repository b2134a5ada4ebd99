//! Exceptions: raising, catching, chaining, clean-ups.

use super::template::Row;

/// Rows for expressions.
pub const ROWS: &[Row] = &[
    ("errors_", "ValueError"),
    ("errors_", "(KeyError, IndexError)"),
    ("errors_", "LookupError"),
    ("errors_", "ArithmeticError"),
    ("errors_", "ZeroDivisionError"),
    ("errors_", "(ValueError, LookupError, ArithmeticError)"),
    ("errors_", "Exception"),
    ("errors_", "Failure"),
    ("errors_", "(Failure, Precise)"),
    ("raised", "ValueError(«str»)"),
    ("raised", "KeyError(«int»)"),
    ("raised", "IndexError()"),
    ("raised", "RuntimeError(«str», «tuple[int, str]»)"),
    ("raised", "ZeroDivisionError"),
    ("raised", "Failure(«str»)"),
    ("raised", "Failure(«str», «int»)"),
    ("raised", "Precise(«str», «int»)"),
    ("raised", "Precise(«str»)"),
    // At the end of the program, where nothing shows it by a method of its own.
    ("uncaught", "ValueError(«str»)"),
    ("uncaught", "KeyError(«str»)"),
    ("uncaught", "Failure(«str», «int»)"),
    ("uncaught", "ZeroDivisionError"),
    ("str", "repr(ValueError(«int»))"),
    ("str", "str(KeyError(«str»))"),
    ("str", "repr(Precise(«str», «int»))"),
    ("str", "str(Precise(«str», «int»))"),
    ("int", "Precise(«str», «int»).code"),
];

/// Rows for statements.
pub const STATEMENTS: &[&str] = &[
    "try:\n    «block»\nexcept «errors_» as error:\n    print('caught', type(error).__name__, error)\n    «block»",
    "try:\n    «block»\n    raise «raised»\nexcept «errors_» as error:\n    print('caught', repr(error), error.args)\nfinally:\n    print('finally')",
    "try:\n    «block»\nexcept «errors_»:\n    «block»\nelse:\n    print('else')\n    «block»\nfinally:\n    «block»",
    "try:\n    try:\n        «block»\n        raise «raised»\n    finally:\n        «block»\nexcept «errors_» as error:\n    print(type(error).__name__, error)",
    "try:\n    try:\n        raise «raised»\n    except «errors_» as error:\n        print('inner', error)\n        raise RuntimeError('outer') from error\nexcept Exception as error:\n    print(repr(error), repr(error.__cause__), repr(error.__context__))",
    "try:\n    try:\n        «block»\n        print(1 // 0)\n    except ZeroDivisionError:\n        «block»\n        raise\nexcept ArithmeticError as error:\n    print('again', error)",
    "try:\n    raise «raised»\nexcept Precise as error:\n    print(error.code, error.args)\nexcept Failure as error:\n    print('failure', error, error.args)\nexcept (ValueError, KeyError) as error:\n    print(error)",
    "if «bool»:\n    raise «raised»",
    "if «bool»:\n    raise «raised» from None",
    "for i in range(3):\n    try:\n        if i == 1:\n            continue\n        if «bool»:\n            break\n        print('body', i)\n    finally:\n        print('clean', i)\nelse:\n    print('whole')",
    "try:\n    print(«int» // «index»)\nexcept ZeroDivisionError as error:\n    print(error)",
    "try:\n    print(«dict[K, T]»[«K»])\nexcept KeyError as error:\n    print('missing', error)",
    "with Guard(«str») as guard:\n    «block»\n    print(guard.name)",
    "with Guard(«str»), Guard(«str») as guard:\n    «block»",
    "with Guard(«str», True):\n    raise «raised»",
];
