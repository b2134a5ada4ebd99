//! Generated parts of pages: what stands between `<!-- NAME -->` and `<!-- end NAME -->`.

use crate::files;

/// Holds that a page of the project says `text` between the markers; writes it there if `bless`.
///
/// # Panics
/// If it does not, or if the page has no such markers.
pub fn hold(page: &str, name: &str, text: &str, bless: bool) {
    let path = files::root().join(page);
    let found = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->"));
    let whole = found.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some(format!("{before}{begin}{}\n{end}{after}", text.trim_end()))
    });
    let Some(whole) = whole else {
        panic!("{page} has no part between {begin:?} and {end:?}");
    };
    if bless && whole != found {
        std::fs::write(&path, &whole).unwrap_or_else(|error| panic!("{page}: {error}"));
    }
    assert!(
        bless || whole == found,
        "the part `{name}` of {page} is not what the code says: run the test with BLESS=1"
    );
}
