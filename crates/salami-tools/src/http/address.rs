//! Which addresses are of the public internet: all others are somebody's own network, where a program
//! has no business unless its owner says so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is of the public internet, after the registries of special addresses.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    !matches!(
        (first, second, third),
        // This network, private networks, loopback.
        (0 | 10 | 127, _, _) | (172, 16..=31, _) | (192, 168, _)
            // Shared by carriers; link-local, with the metadata services of clouds.
            | (100, 64..=127, _) | (169, 254, _)
            // Protocol assignments, documentation, relays, benchmarks.
            | (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) | (198, 18 | 19, _)
            // Multicast, reserved, broadcast.
            | (224..=255, _, _)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // An IPv4 address in another dress is what it is.
    if let Some(inner) = embedded(address) {
        return is_public_v4(inner);
    }
    match segments {
        // Teredo and other protocol assignments, documentation.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Only this is handed out to the public.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The IPv4 address that an IPv6 address stands for.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        // Mapped, translated (also in the older form).
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(inner(high, low)),
        // 6to4.
        [0x2002, high, low, ..] => Some(inner(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        let addresses = |text: &str| -> Vec<IpAddr> {
            let words = text.split_whitespace();
            words
                .map(|word| word.parse().expect("an address"))
                .collect()
        };
        let own = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.9.9.9 169.254.169.254
            172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.9.9
            198.51.100.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255
            :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 ::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1
            2002:7f00:1::1 2002:a9fe:a9fe:: 2001::1 2001:db8::1 3fff::1 fc00::1 fd12::1 fe80::1 fec0::1 ff02::1 100::1
            5f00::1 4000::1";
        for address in addresses(own) {
            assert!(!is_public(address), "{address}");
        }
        let public = "1.1.1.1 8.8.8.8 100.63.0.1 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 192.167.1.1 198.17.0.1
            198.20.0.1 223.255.255.1 2606:4700::1111 2a00::1 2001:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808
            2002:808:808::1 3ffe::1";
        for address in addresses(public) {
            assert!(is_public(address), "{address}");
        }
    }
}
