//! How secrets begin, and what they are called.

/// How keys and tokens of known services begin, and how many characters follow at least.
pub(super) const PREFIXES: &[(&str, usize)] = &[
    ("sk-", 16),
    ("sk_live_", 8),
    ("sk_test_", 8),
    ("pk_live_", 8),
    ("pk_test_", 8),
    ("rk_live_", 8),
    ("rk_test_", 8),
    ("whsec_", 8),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghs_", 16),
    ("ghu_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 10),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("xapp-", 10),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29", 16),
    ("hf_", 20),
    ("npm_", 20),
    ("pypi-", 20),
    ("dop_v1_", 20),
    ("shpat_", 20),
    ("shpss_", 20),
    ("sq0atp-", 16),
    ("sq0csp-", 16),
    ("key-", 32),
    ("gsk_", 16),
    ("xai-", 16),
    ("r8_", 20),
    ("tvly-", 16),
    ("lin_api_", 16),
    ("dckr_pat_", 16),
    ("hvs.", 16),
    ("SG.", 16),
];

/// Words that call a value a secret on their own.
const ALONE: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "secret",
    "token",
    "apikey",
    "credential",
    "credentials",
    "authorization",
    "auth",
    "bearer",
    "cookie",
    "cvv",
    "cvc",
    "pin",
    "otp",
    "tan",
    "passwort",
    "kennwort",
    "jwt",
    "privatekey",
    "secretkey",
    "accesskey",
    "clientsecret",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "sessionid",
    "xapikey",
    "ssn",
];

/// Words that call a key a secret.
const BEFORE_KEY: &[&str] = &[
    "api",
    "access",
    "private",
    "secret",
    "signing",
    "encryption",
    "auth",
    "master",
    "account",
    "license",
    "ssh",
];

/// Words that say that a name is about a secret, and no secret itself.
const ABOUT: &[&str] = &[
    "type",
    "count",
    "limit",
    "usage",
    "expires",
    "expiry",
    "expiration",
    "length",
    "name",
    "id",
    "status",
    "url",
    "uri",
    "path",
    "file",
    "policy",
    "date",
    "at",
    "min",
    "max",
    "total",
    "used",
    "method",
    "mode",
    "ttl",
    "age",
];

/// Whether a name is that of a secret: `password`, `api_key`, `clientSecret`, but not `tokens` or `token_count`.
pub(crate) fn is_secret_name(name: &str) -> bool {
    if name.len() > 60 {
        return false;
    }
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for character in name.chars() {
        if character.is_alphanumeric() {
            if character.is_uppercase() && was_lower && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            was_lower = character.is_lowercase();
            word.extend(character.to_lowercase());
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    let Some(last) = words.last() else {
        return false;
    };
    if ABOUT.contains(&last.as_str())
        && !(last == "id" && words.iter().any(|word| word == "session"))
    {
        return false;
    }
    let is_alone = words.iter().any(|word| ALONE.contains(&word.as_str()));
    let is_key = last == "key"
        && words
            .iter()
            .rev()
            .skip(1)
            .any(|word| BEFORE_KEY.contains(&word.as_str()));
    is_alone || is_key || (last == "id" && words.iter().any(|word| word == "session"))
}
