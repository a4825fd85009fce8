use std::fs;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::Failure;

/// Binds the address, or says who has it.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure(words(address, &error)))
}

fn words(address: SocketAddr, error: &io::Error) -> String {
    let port = address.port();
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let holder = holder(port).map_or_else(String::new, |holder| format!(" by {holder}"));
            let other = SocketAddr::new(address.ip(), port.checked_add(1).unwrap_or(8080));
            format!(
                "port {port} is in use{holder}; stop that, or choose another with --listen {other} \
                 (cargo xtask start: --port {})",
                other.port()
            )
        }
        io::ErrorKind::PermissionDenied => format!(
            "may not listen on {address}: ports below 1024 are for root; choose another with \
             --listen 127.0.0.1:8080"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "{address} is no address of this machine; choose another with --listen 127.0.0.1:{port}"
        ),
        _ => format!("cannot listen on {address}: {error}"),
    }
}

/// Who listens on a port, as `name (process 123)`, where Linux tells.
fn holder(port: u16) -> Option<String> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| {
            table
                .lines()
                .filter_map(|line| inode_of(line, port))
                .collect::<Vec<_>>()
        })
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let id: u32 = process.file_name().to_str()?.parse().ok()?;
        let mut files = fs::read_dir(process.path().join("fd")).ok()?.flatten();
        files.find(|file| {
            fs::read_link(file.path())
                .is_ok_and(|to| inodes.iter().any(|inode| to.as_os_str() == inode.as_str()))
        })?;
        let name = fs::read_to_string(process.path().join("comm")).ok()?;
        Some(format!("{} (process {id})", name.trim()))
    })
}

/// The socket of a line of `/proc/net/tcp` that listens (state 0A) on the port.
fn inode_of(line: &str, port: u16) -> Option<String> {
    let mut fields = line.split_whitespace().skip(1);
    let (_, local_port) = fields.next()?.split_once(':')?;
    let listens = fields.nth(1)? == "0A";
    let inode = fields.nth(5)?;
    (listens && u16::from_str_radix(local_port, 16) == Ok(port)).then(|| inode.to_owned())
}
