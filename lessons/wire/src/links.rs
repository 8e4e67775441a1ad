//! Interfaces, addresses and routes of the lab (rtnetlink(7)).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use libc::{AF_INET, AF_INET6, IFA_F_NODAD, IFA_F_NOPREFIXROUTE, IFF_NOARP, IFF_UP};

use crate::netlink::{ACK, CREATE, Message, Netlink, attributes};
use crate::packet::Side;
use crate::port::host_mac;
use crate::sandbox::Namespace;

/// The index of `wire0` in a host. High: the kernel may have made tunnels with low ones.
pub(crate) const WIRE0: u32 = 100;
/// The index of `lo`, in every network namespace.
pub(crate) const LOOPBACK: u32 = 1;

const IFLA_ADDR_GEN_MODE: u16 = 8;
const ADDR_GEN_MODE_NONE: u8 = 1;
const VETH_INFO_PEER: u16 = 1;
const IF_OPER_UP: u8 = 6;
const RTAX_QUICKACK: u16 = 15;
const NETLINK_ADD_MEMBERSHIP: libc::c_int = 1;
const RTNLGRP_LINK: libc::c_int = 1;
const RTNLGRP_IPV6_IFADDR: libc::c_int = 9;
const RTNLGRP_IPV6_ROUTE: libc::c_int = 11;

/// Routing requests in one network namespace.
pub(crate) struct Links {
    netlink: Netlink,
}

/// Brings up `lo` of the calling thread's namespace; it is born down.
pub(crate) fn loopback_up() -> io::Result<()> {
    Links::open()?.up(LOOPBACK, 0)
}

/// The index of the wire's interface towards a host.
pub(crate) fn port_index(side: Side) -> u32 {
    101 + side.index() as u32
}

impl Links {
    /// In the calling thread's namespace; hears of interfaces and IPv6 addresses that become
    /// ready from now on.
    pub(crate) fn open() -> io::Result<Links> {
        let netlink = Netlink::open(libc::NETLINK_ROUTE)?;
        for group in [RTNLGRP_LINK, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE] {
            netlink.set_option(NETLINK_ADD_MEMBERSHIP, group)?;
        }
        Ok(Links { netlink })
    }

    /// Makes a veth pair: one end here, the other as `wire0` in the host's namespace (veth(4)).
    pub(crate) fn pair(&mut self, side: Side, host: &Namespace, mtu: u32) -> io::Result<()> {
        let name = format!("to-{}\0", if side == Side::A { "a" } else { "b" });
        let namespace = host.file().as_raw_fd() as u32;
        let mut outer = host_mac(side);
        outer[0] |= 0x40;
        let message = Message::new(libc::RTM_NEWLINK, CREATE)
            .raw(&interface(port_index(side), 0, 0))
            .attr(libc::IFLA_IFNAME, name.as_bytes())
            .attr(libc::IFLA_MTU, &mtu.to_ne_bytes())
            .attr(libc::IFLA_ADDRESS, &outer)
            .nest(libc::IFLA_LINKINFO, |info| {
                info.attr(libc::IFLA_INFO_KIND, b"veth")
                    .nest(libc::IFLA_INFO_DATA, |data| {
                        data.nest(VETH_INFO_PEER, |peer| {
                            peer.raw(&interface(WIRE0, 0, 0))
                                .attr(libc::IFLA_IFNAME, b"wire0\0")
                                .attr(libc::IFLA_MTU, &mtu.to_ne_bytes())
                                .attr(libc::IFLA_ADDRESS, &host_mac(side))
                                .attr(libc::IFLA_NET_NS_FD, &namespace.to_ne_bytes())
                        })
                    })
            });
        self.netlink.request(message)
    }

    /// No link-local address and so no neighbour or router solicitation: an idle wire is silent.
    pub(crate) fn quiet(&mut self, index: u32) -> io::Result<()> {
        let message = Message::new(libc::RTM_NEWLINK, ACK)
            .raw(&interface(index, 0, 0))
            .nest(libc::IFLA_AF_SPEC, |spec| {
                spec.nest(AF_INET6 as u16, |six| {
                    six.attr(IFLA_ADDR_GEN_MODE, &[ADDR_GEN_MODE_NONE])
                })
            });
        self.netlink.request(message)
    }

    /// Sets an interface up, with more flags such as IFF_NOARP.
    pub(crate) fn up(&mut self, index: u32, more: libc::c_int) -> io::Result<()> {
        let flags = (IFF_UP | more) as u32;
        let message = Message::new(libc::RTM_NEWLINK, ACK).raw(&interface(index, flags, flags));
        self.netlink.request(message)
    }

    /// Sets `wire0` up without address resolution: the wire knows the hardware addresses.
    pub(crate) fn wire0_up(&mut self) -> io::Result<()> {
        self.up(WIRE0, IFF_NOARP)
    }

    /// Waits until an interface carries packets; the kernel gets there some time after it is up.
    pub(crate) fn wait_up(&mut self, index: u32, within: Duration) -> io::Result<()> {
        let deadline = Instant::now() + within;
        let question = Message::new(libc::RTM_GETLINK, ACK).raw(&interface(index, 0, 0));
        let mut up = false;
        self.netlink
            .exchange(question, |content| up |= carries(content, index))?;
        while !up {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
            }
            self.netlink
                .listen(left, |content| up |= carries(content, index))?;
        }
        Ok(())
    }

    /// Waits until packets to an own IPv6 address are taken in. The kernel gets there some time
    /// after the address is set, even without duplicate address detection; a packet that comes
    /// before is lost without a trace.
    pub(crate) fn wait_local(&mut self, address: Ipv6Addr, within: Duration) -> io::Result<()> {
        let deadline = Instant::now() + within;
        loop {
            // struct rtmsg: family and length of the destination; the rest is for the kernel.
            let fixed = [AF_INET6 as u8, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            let question = Message::new(libc::RTM_GETROUTE, ACK)
                .raw(&fixed)
                .attr(libc::RTA_DST, &address.octets());
            let mut local = false;
            let asked = self.netlink.exchange(question, |route| {
                local |= route.get(7) == Some(&libc::RTN_LOCAL);
            });
            match asked {
                Ok(()) if local => return Ok(()),
                Ok(()) => {}
                // No route at all yet.
                Err(e) if e.raw_os_error() == Some(libc::ENETUNREACH) => {}
                Err(e) => return Err(e),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
            }
            // News may have been passed over by the exchange: so not for long.
            self.netlink
                .listen(left.min(Duration::from_millis(10)), |_| {})?;
        }
    }

    /// The addresses of a host, the network on the wire, and a default route over it.
    pub(crate) fn addresses(
        &mut self,
        ipv4: Ipv4Addr,
        ipv6: Option<Ipv6Addr>,
        quick_ack: bool,
    ) -> io::Result<()> {
        let (four, all_four) = (ipv4.octets(), Ipv4Addr::new(10, 0, 0, 0).octets());
        self.address(AF_INET, &four, 24)?;
        self.route(AF_INET, Some((&all_four, 24)), quick_ack)?;
        self.route(AF_INET, None, quick_ack)?;
        if let Some(ipv6) = ipv6 {
            let all_six = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0).octets();
            self.address(AF_INET6, &ipv6.octets(), 64)?;
            self.route(AF_INET6, Some((&all_six, 64)), quick_ack)?;
            self.route(AF_INET6, None, quick_ack)?;
        }
        Ok(())
    }

    fn address(&mut self, family: libc::c_int, address: &[u8], prefix: u8) -> io::Result<()> {
        // struct ifaddrmsg: family, prefix length, flags, scope, interface.
        let [i, n, d, x] = WIRE0.to_ne_bytes();
        let fixed = [family as u8, prefix, 0, 0, i, n, d, x];
        // No duplicate address detection; the route is made by hand, with its metrics.
        let flags = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;
        let message = Message::new(libc::RTM_NEWADDR, CREATE)
            .raw(&fixed)
            .attr(libc::IFA_LOCAL, address)
            .attr(libc::IFA_ADDRESS, address)
            .attr(libc::IFA_FLAGS, &flags.to_ne_bytes());
        self.netlink.request(message)
    }

    fn route(
        &mut self,
        family: libc::c_int,
        to: Option<(&[u8], u8)>,
        quick_ack: bool,
    ) -> io::Result<()> {
        let prefix = to.map_or(0, |(_, prefix)| prefix);
        // struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope,
        // type, and four bytes of flags.
        let scope = if family == AF_INET {
            libc::RT_SCOPE_LINK
        } else {
            0
        };
        let (table, protocol) = (libc::RT_TABLE_MAIN, libc::RTPROT_BOOT);
        let kind = libc::RTN_UNICAST;
        let fixed = [
            family as u8,
            prefix,
            0,
            0,
            table,
            protocol,
            scope,
            kind,
            0,
            0,
            0,
            0,
        ];
        let mut message = Message::new(libc::RTM_NEWROUTE, CREATE)
            .raw(&fixed)
            .attr(libc::RTA_OIF, &WIRE0.to_ne_bytes());
        if let Some((network, _)) = to {
            message = message.attr(libc::RTA_DST, network);
        }
        if quick_ack {
            message = message.nest(libc::RTA_METRICS, |metrics| {
                metrics.attr(RTAX_QUICKACK, &1u32.to_ne_bytes())
            });
        }
        self.netlink.request(message)
    }
}

/// struct ifinfomsg: family, type, index, flags, and which flags to change.
fn interface(index: u32, flags: u32, change: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[4..8].copy_from_slice(&index.to_ne_bytes());
    bytes[8..12].copy_from_slice(&flags.to_ne_bytes());
    bytes[12..16].copy_from_slice(&change.to_ne_bytes());
    bytes
}

/// True for the RTM_NEWLINK of an interface whose operational state is UP (RFC 2863).
fn carries(content: &[u8], index: u32) -> bool {
    let this = content.get(4..8) == Some(&index.to_ne_bytes());
    let attributes = content.get(16..).unwrap_or(&[]);
    this && self::attributes(attributes)
        .any(|(kind, value)| kind == libc::IFLA_OPERSTATE && value == [IF_OPER_UP])
}
