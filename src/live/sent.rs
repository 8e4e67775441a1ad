//! The body of a request that wants something done.

use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::gate::{BODY_LIMIT_BYTES, Refusal};

/// How long a client may take to send a body that has room in one packet.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the body and understands it, or says why not.
pub async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let body = to_bytes(request.into_body(), BODY_LIMIT_BYTES);
    let bytes = match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let why = "The body ended early, or is too long.";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, why));
        }
        Err(_) => {
            let why = "The body did not come in time.";
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, why));
        }
    };
    serde_json::from_slice(&bytes).map_err(|error| {
        let why = kit::visible(&format!("The body is not what this asks for: {error}."));
        Refusal::new(StatusCode::BAD_REQUEST, why)
    })
}
