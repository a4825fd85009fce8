use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE,
    VARY,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use rust_embed::RustEmbed;

/// The folder that `cargo xtask build` fills: `widget/` and `demo/`. A release build carries it, a
/// debug build reads it.
#[derive(RustEmbed)]
#[folder = "embedded/"]
#[allow_missing = true]
struct Embedded;

/// A tree of files to serve.
pub enum Assets {
    /// Built in, below this folder of `embedded/`.
    Embedded(&'static str),
    /// On disk.
    Folder(PathBuf),
}

impl Assets {
    /// The bytes of a file. None if there is none, or the path leads elsewhere.
    pub fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        // A debug build reads embedded files from disk too.
        if !Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return None;
        }
        match self {
            Self::Embedded(folder) => {
                Embedded::get(&format!("{folder}/{path}")).map(|file| file.data)
            }
            Self::Folder(folder) => std::fs::read(folder.join(path)).ok().map(Cow::Owned),
        }
    }

    /// Answers with a file, as `path.br` where there is one and the client takes it.
    pub fn respond(
        &self,
        path: &str,
        headers: &HeaderMap,
        cache: &'static str,
    ) -> Option<Response> {
        let brotli = || {
            self.read(&format!("{path}.br"))
                .filter(|_| accepts_brotli(headers))
        };
        let (bytes, encoded) = brotli()
            .map(|bytes| (bytes, true))
            .or_else(|| Some((self.read(path)?, false)))?;
        let mut response = Response::new(Body::from(bytes));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type(path));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if encoded {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        Some(response)
    }
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| {
            value.split(',').any(|coding| {
                let mut parts = coding.split(';').map(str::trim);
                parts.next() == Some("br")
                    && !parts.any(|quality| matches!(quality, "q=0" | "q=0.0"))
            })
        })
}

fn content_type(path: &str) -> HeaderValue {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let text = kind.type_() == "text" || kind.subtype() == "json";
    let value = if text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    };
    HeaderValue::from_str(&value).expect("a media type is a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let outer = tempfile::tempdir().expect("a folder");
        let inner = outer.path().join("inner");
        std::fs::create_dir(&inner).expect("a folder");
        std::fs::write(outer.path().join("secret"), "secret").expect("a file");
        std::fs::write(inner.join("open"), "open").expect("a file");
        let assets = Assets::Folder(inner.clone());
        assert_eq!(assets.read("open").as_deref(), Some(b"open".as_slice()));
        let absolute = outer.path().join("secret").display().to_string();
        for path in [
            "../secret",
            "x/../../secret",
            "/etc/passwd",
            "./../secret",
            "",
            &absolute,
        ] {
            assert!(assets.read(path).is_none(), "{path}");
        }
    }

    #[test]
    fn brotli_is_sent_to_whom_it_suits() {
        for (header, suits) in [
            ("br", true),
            ("gzip, deflate, br, zstd", true),
            ("gzip;q=1, br;q=0.5", true),
            ("br;q=0", false),
            ("gzip", false),
            ("brotli", false),
        ] {
            let headers =
                HeaderMap::from_iter([(ACCEPT_ENCODING, header.parse().expect("a header value"))]);
            assert_eq!(accepts_brotli(&headers), suits, "{header}");
        }
    }

    #[test]
    fn types_are_those_that_browsers_ask_for() {
        for (path, kind) in [
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.wasm", "application/wasm"),
            ("a.css", "text/css; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.html", "text/html; charset=utf-8"),
        ] {
            assert_eq!(content_type(path), kind, "{path}");
        }
    }
}
