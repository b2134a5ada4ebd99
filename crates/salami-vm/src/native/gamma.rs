//! The gamma function and its logarithm by Lanczos' approximation, with the parameters that CPython
//! has, so that the last digit is the same too.

/// The parameter of the approximation.
const SHIFT: f64 = 6.024_680_040_776_73;
/// The parameter less one half.
const SHIFT_LESS_HALF: f64 = 5.524_680_040_776_73;
/// log(pi)
const LOG_PI: f64 = 1.144_729_885_849_400_2;

/// The coefficients of the rational function, above and below the line.
const COEFFICIENTS: [(f64, f64); 13] = [
    (23_531_376_880.410_76, 0.0),
    (42_919_803_642.649_1, 39_916_800.0),
    (35_711_959_237.355_67, 120_543_840.0),
    (17_921_034_426.037_21, 150_917_976.0),
    (6_039_542_586.352_028, 105_258_076.0),
    (1_439_720_407.311_721_6, 45_995_730.0),
    (248_874_557.862_054_17, 13_339_535.0),
    (31_426_415.585_400_194, 2_637_558.0),
    (2_876_370.628_935_372_5, 357_423.0),
    (186_056.265_395_223_48, 32_670.0),
    (8_071.672_002_365_816, 1_925.0),
    (210.824_277_751_579_36, 66.0),
    (2.506_628_274_631_000_2, 1.0),
];

/// The rational function, by powers of x or of its inverse, so that nothing overflows.
fn rational(x: f64) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    if x < 5.0 {
        for (over, under) in COEFFICIENTS.into_iter().rev() {
            above = above * x + over;
            below = below * x + under;
        }
    } else {
        for (over, under) in COEFFICIENTS {
            above = above / x + over;
            below = below / x + under;
        }
    }
    above / below
}

/// sin(pi * x), exact where x is whole or half.
fn sine_of_turns(x: f64) -> f64 {
    use std::f64::consts::PI;
    let y = libm::fmod(libm::fabs(x), 2.0);
    let value = match libm::round(2.0 * y) as u8 {
        0 => pxfm::f_sin(PI * y),
        1 => pxfm::f_cos(PI * (y - 0.5)),
        2 => pxfm::f_sin(PI * (1.0 - y)),
        3 => -pxfm::f_cos(PI * (y - 1.5)),
        _ => pxfm::f_sin(PI * (y - 2.0)),
    };
    libm::copysign(1.0, x) * value
}

/// The gamma function of what is no whole number up to 23, nor zero or below.
#[must_use]
pub fn gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let size = libm::fabs(x);
    if size < 1e-20 {
        return 1.0 / x;
    }
    if size > 200.0 {
        return if x < 0.0 {
            0.0 / sine_of_turns(x)
        } else {
            f64::INFINITY
        };
    }
    let y = size + SHIFT_LESS_HALF;
    // What the sum lost to rounding is made good.
    let lost = if size > SHIFT_LESS_HALF {
        (y - size) - SHIFT_LESS_HALF
    } else {
        (y - SHIFT_LESS_HALF) - size
    };
    let lost = lost * SHIFT / y;
    let (mut result, divides) = if x < 0.0 {
        let start =
            -std::f64::consts::PI / sine_of_turns(size) / size * pxfm::f_exp(y) / rational(size);
        (start - lost * start, true)
    } else {
        let start = rational(size) / pxfm::f_exp(y);
        (start + lost * start, false)
    };
    let (power, times) = if size < 140.0 {
        (pxfm::f_pow(y, size - 0.5), 1)
    } else {
        (pxfm::f_pow(y, size / 2.0 - 0.25), 2)
    };
    for _ in 0..times {
        if divides {
            result /= power;
        } else {
            result *= power;
        }
    }
    result
}

/// The logarithm of the size of the gamma function.
#[must_use]
pub fn log_gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    if x == 1.0 || x == 2.0 {
        return 0.0;
    }
    let size = libm::fabs(x);
    if size < 1e-20 {
        return -pxfm::f_log(size);
    }
    let mut result = pxfm::f_log(rational(size)) - SHIFT;
    result += (size - 0.5) * (pxfm::f_log(size + SHIFT - 0.5) - 1.0);
    if x < 0.0 {
        result = LOG_PI - pxfm::f_log(libm::fabs(sine_of_turns(size))) - pxfm::f_log(size) - result;
    }
    result
}
