//! Arithmetic of floats as CPython does it.

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloatError {
    /// ZeroDivisionError with this text.
    Zero(&'static str),
    /// OverflowError (34, 'Numerical result out of range').
    Range,
    /// A negative base with a fractional exponent: a complex number, which this language has not.
    Complex,
}

/// `left // right` and `left % right`: the remainder has the sign of `right`.
pub(crate) fn divide_floor(left: f64, right: f64) -> (f64, f64) {
    let mut modulo = left % right;
    let mut quotient = (left - modulo) / right;
    if modulo == 0.0 {
        modulo = libm::copysign(0.0, right);
    } else if (right < 0.0) != (modulo < 0.0) {
        modulo += right;
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        libm::copysign(0.0, left / right)
    } else {
        let floor = libm::floor(quotient);
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    };
    (floor, modulo)
}

/// `left ** right`
pub(crate) fn power(left: f64, right: f64) -> Result<f64, FloatError> {
    if right == 0.0 || left == 1.0 {
        return Ok(1.0);
    }
    if left == 0.0 && right < 0.0 && right.is_finite() {
        return Err(FloatError::Zero("0.0 cannot be raised to a negative power"));
    }
    if left < 0.0 && left.is_finite() && right.is_finite() && libm::floor(right) != right {
        return Err(FloatError::Complex);
    }
    let result = pxfm::f_pow(left, right);
    if result.is_infinite() && left.is_finite() && right.is_finite() {
        return Err(FloatError::Range);
    }
    Ok(result)
}
