//! Who may ask what: one table of rules, checked before routing.
//!
//! A web page from anywhere can make a browser send requests to 127.0.0.1, and
//! with a name of its own that resolves to 127.0.0.1 (DNS rebinding) it could
//! read the answers. The rules let through only what our own pages, the
//! address bar and links ask for.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::header::{ALLOW, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use axum::http::{Method, StatusCode, Version};
use axum::response::{IntoResponse, Response};

use super::token::Token;

/// What may be sent here, and nothing else: everything else can only be read.
const MAY_BE_SENT: [&str; 2] = ["/live/run", "/live/input"];

/// How large the body of a request may be.
pub const BODY_LIMIT_BYTES: usize = 4 * 1024;

/// The rules for one server.
pub struct Gate {
    /// What `Host` may be: the names of this machine, with our port.
    hosts: Vec<String>,
    /// What a page of ours shows when it sends something.
    token: Token,
}

/// Why a request is not answered.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    status: StatusCode,
    why: Cow<'static, str>,
    /// The methods that the path has: a 405 must name them (RFC 9110, section
    /// 15.5.6).
    allow: Option<&'static str>,
}

/// Whether a rule holds, and what is answered if it does not.
type Rule = (bool, StatusCode, &'static str);

impl Gate {
    /// The rules for the server on a port of 127.0.0.1.
    pub fn new(port: u16, token: Token) -> Gate {
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let mut hosts: Vec<_> = names.map(|name| format!("{name}:{port}")).into();
        if port == 80 {
            // Browsers leave out the port that http has by default.
            hosts.extend(names.map(str::to_owned));
        }
        Gate { hosts, token }
    }

    /// What a page of ours shows when it sends something.
    pub fn token(&self) -> &str {
        self.token.text()
    }

    /// Lets a request pass, or says why not: the first rule that it breaks.
    pub fn check<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let sends = *request.method() == Method::POST;
        let of_all = self.rules_of_all(request);
        let of_sending = self.rules_of_sending(request.headers());
        let of_sending = of_sending.into_iter().filter(|_| sends);
        match of_all.into_iter().chain(of_sending).find(|rule| !rule.0) {
            None => Ok(()),
            Some((_, StatusCode::METHOD_NOT_ALLOWED, why)) => {
                let allowed = methods_of(request.uri().path());
                Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, why).allowing(allowed))
            }
            Some((_, status, why)) => Err(Refusal::new(status, why)),
        }
    }

    /// What holds for every request.
    fn rules_of_all<B>(&self, request: &Request<B>) -> [Rule; 7] {
        let headers = request.headers();
        [
            (
                matches!(request.version(), Version::HTTP_10 | Version::HTTP_11),
                StatusCode::HTTP_VERSION_NOT_SUPPORTED,
                "This server speaks HTTP/1.1.",
            ),
            (
                self.host(headers).is_some(),
                StatusCode::MISDIRECTED_REQUEST,
                "The request must name this server in exactly one Host field.",
            ),
            (
                is_a_method_of_its_path(request),
                StatusCode::METHOD_NOT_ALLOWED,
                "This path is asked for in another way: see Allow.",
            ),
            (
                is_plain_path(request),
                StatusCode::BAD_REQUEST,
                "The request target must be a path: this server is no proxy.",
            ),
            (
                self.origin_is_ours(headers),
                StatusCode::FORBIDDEN,
                "The request comes from a page of another origin.",
            ),
            (
                asks_as_our_page_would(headers),
                StatusCode::FORBIDDEN,
                "Another site may link to this page, but not use it.",
            ),
            (
                !headers.contains_key("upgrade"),
                StatusCode::BAD_REQUEST,
                "There is nothing to upgrade to.",
            ),
        ]
    }

    /// What holds besides for a request that makes this server do something:
    /// no form and no page of another site can send one like it.
    fn rules_of_sending(&self, headers: &HeaderMap) -> [Rule; 6] {
        let field = |name| only(headers, HeaderName::from_static(name));
        let length = match field("content-length") {
            Some(Ok(digits)) => digits.parse().ok(),
            _ => None,
        };
        [
            (
                headers.contains_key(ORIGIN),
                StatusCode::FORBIDDEN,
                "Only a page of this server may send this, and it names its origin.",
            ),
            (
                matches!(field("sec-fetch-site"), None | Some(Ok("same-origin"))),
                StatusCode::FORBIDDEN,
                "Only a page of this server may send this.",
            ),
            (
                matches!(field("content-type"), Some(Ok("application/json"))),
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body must be application/json.",
            ),
            (
                matches!(field("x-workbook-token"), Some(Ok(shown)) if self.token.is(shown.as_bytes())),
                StatusCode::FORBIDDEN,
                "The request does not carry this server's token; load the page again.",
            ),
            // One that comes in chunks does not.
            (
                length.is_some(),
                StatusCode::LENGTH_REQUIRED,
                "The request must say how long its body is.",
            ),
            (
                length.is_none_or(|bytes: usize| bytes <= BODY_LIMIT_BYTES),
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too long.",
            ),
        ]
    }

    /// The one `Host` field, if it is one of ours.
    fn host<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let host = only(headers, HOST)?.ok()?;
        self.hosts.iter().any(|ours| ours == host).then_some(host)
    }

    /// Whether `Origin` is absent or names the host that was asked.
    fn origin_is_ours(&self, headers: &HeaderMap) -> bool {
        match (only(headers, ORIGIN), self.host(headers)) {
            (None, _) => true,
            (Some(Ok(origin)), Some(host)) => origin.strip_prefix("http://") == Some(host),
            _ => false,
        }
    }
}

/// Whether the path can be asked for in this way.
fn is_a_method_of_its_path<B>(request: &Request<B>) -> bool {
    let mut methods = methods_of(request.uri().path()).split(", ");
    methods.any(|method| method == request.method().as_str())
}

/// How a path can be asked for, as the `Allow` field says it.
fn methods_of(path: &str) -> &'static str {
    match MAY_BE_SENT.contains(&path) {
        true => "POST",
        false => "GET, HEAD",
    }
}

/// A target such as `/udp.html?x`: no authority, and not the `//host/path` that
/// a browser would take for another server when it is redirected to it.
fn is_plain_path<B>(request: &Request<B>) -> bool {
    let uri = request.uri();
    let path = uri.path();
    uri.authority().is_none() && path.starts_with('/') && !path.starts_with("//")
}

/// What a browser says of a request in `Sec-Fetch-*`: other sites may only
/// navigate to a page, and not into a frame. A client that says nothing, such
/// as curl, is no browser and runs no page's script.
fn asks_as_our_page_would(headers: &HeaderMap) -> bool {
    let field = |name| only(headers, HeaderName::from_static(name));
    match field("sec-fetch-site") {
        None | Some(Ok("same-origin" | "none")) => true,
        Some(_) => {
            matches!(field("sec-fetch-mode"), Some(Ok("navigate")))
                && matches!(field("sec-fetch-dest"), None | Some(Ok("document")))
        }
    }
}

/// The value of a field: nothing if it is absent, and an error if it is there
/// more than once or is not plain text.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<Result<&str, ()>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    match values.next() {
        None => Some(first.to_str().map_err(|_| ())),
        Some(_) => Some(Err(())),
    }
}

impl Refusal {
    /// An answer that is a status and a sentence.
    pub fn new(status: StatusCode, why: impl Into<Cow<'static, str>>) -> Refusal {
        let why = why.into();
        let allow = None;
        Refusal { status, why, allow }
    }

    fn allowing(self, methods: &'static str) -> Refusal {
        let allow = Some(methods);
        Refusal { allow, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let allow = self.allow.map(|methods| [(ALLOW, methods)]);
        (self.status, allow, format!("{}\n", self.why)).into_response()
    }
}

/// What a page may do: nothing but use this server. Pages have inline script
/// and style by mdBook; `base` is in mdBook's page for a missing one, and
/// without JavaScript its table of contents is a frame.
const POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
    frame-ancestors 'self'; base-uri 'self'; form-action 'none'; object-src 'none'";

/// Adds the fields that every answer has, refusals too.
pub fn seal(mut response: Response) -> Response {
    let fields = [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        // A rebuilt page must not meet an older style or script.
        ("cache-control", "no-store"),
    ];
    for (name, value) in fields {
        let name = HeaderName::from_static(name);
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}
