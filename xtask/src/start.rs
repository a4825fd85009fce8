//! `cargo xtask start`: the demo, the API and the dashboard.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;

use crate::build::{Variant, build, server};
use crate::console::say;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Builds everything, then becomes the server: what it prints and Ctrl-C are its own.
pub fn start(workspace: &Workspace, port: u16) -> Result<(), Failure> {
    // Before minutes of building. The server says so as well, should it be taken by then.
    free(port)?;
    build(workspace, Variant::Everyday)?;
    let server = server(workspace)?;
    say("starting the server; Ctrl-C stops it");
    let error = workspace
        .command(server)
        .args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}")])
        .exec();
    Err(Failure::new(format!("cannot run the server: {error}")))
}

fn free(port: u16) -> Result<(), Failure> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let other = if port == 8080 { 8081 } else { 8080 };
            Err(
                Failure::new(format!("cannot listen on 127.0.0.1:{port}: {error}"))
                    .by_hand(format!("cargo xtask start --port {other}")),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_found_before_anything_is_built() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let failure = free(port).unwrap_err().to_string();
        assert!(failure.contains(&port.to_string()), "{failure}");
        assert!(failure.contains("cargo xtask start --port"), "{failure}");
        drop(taken);
        assert!(free(port).is_ok());
    }
}
