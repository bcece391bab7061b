//! File systems of the network, where a lock may not reach the writers of other machines.

use std::path::Path;

/// What kind of network file system a folder lies on, if it does and the system tells.
pub(crate) fn kind_of(folder: &Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    {
        name(rustix::fs::statfs(folder).ok()?.f_type as u32)
    }
    #[cfg(windows)]
    {
        use std::path::{Component, Prefix};
        match folder.components().next()? {
            Component::Prefix(prefix)
                if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)) =>
            {
                Some("a network share")
            }
            _ => None,
        }
    }
    // Others tell by names of their own, which nobody has tried here.
    #[cfg(not(any(target_os = "linux", windows)))]
    {
        let _ = folder;
        None
    }
}

/// The magic numbers of statfs(2), as in linux/magic.h and the file systems' own sources. Those whose locks reach all machines
/// (GFS2, OCFS2) are left out.
#[cfg(target_os = "linux")]
fn name(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "NFS",
        0x517B | 0xFF53_4D42 | 0xFE53_4D42 => "SMB",
        0x6573_5546 => "FUSE",
        0x0102_1997 => "9p",
        0x00C3_6400 => "Ceph",
        0x5346_414F => "AFS",
        0x7375_7245 => "Coda",
        0x564C => "NCP",
        0x0BD0_0BD0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x786F_4256 => "a VirtualBox share",
        _ => return None,
    })
}

/// What it means, for the person who changes a file there.
pub(crate) fn notice(folder: &Path, kind: &str) -> String {
    format!(
        "{} lies on a network file system ({kind}): writers on this machine wait for one another, and those on other machines by \
         the folder status.json.lock alone; if one of them dies, the next waits until that counts as left behind",
        folder.display()
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_disk_below_us_and_what_the_kernel_makes_up_is_no_network() {
        assert_eq!(kind_of(Path::new("/proc")), None);
        assert_eq!(kind_of(Path::new("/does/not/exist")), None);
        assert_eq!(name(0xEF53), None, "ext4");
        // CIFS and SMB2 have all bits of an int, which some systems tell as a negative number.
        assert_eq!(name(-11_317_950_i32 as u32), Some("SMB"));
        assert_eq!(name(0xFE53_4D42), Some("SMB"));
    }
}
