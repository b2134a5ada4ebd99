# fractions.

Fraction = prelude("fractions.Fraction")
