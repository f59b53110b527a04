//! The manifest as an ELF note (`plugin_api/include/solder/manifest.h`), made while compiling.

/// How many bytes a description of that length takes.
pub const fn padded(length: usize) -> usize {
    (length + 3) / 4 * 4
}

/// `SIZE` is `padded()` of the manifest's length.
#[repr(C, align(4))]
pub struct Note<const SIZE: usize> {
    name_size: u32,
    desc_size: u32,
    kind: u32,
    name: [u8; 8],
    desc: [u8; SIZE],
}

impl<const SIZE: usize> Note<SIZE> {
    pub const fn new(manifest: &str) -> Self {
        let bytes = manifest.as_bytes();
        let mut desc = [0; SIZE];
        let mut i = 0;
        while i < bytes.len() {
            desc[i] = bytes[i];
            i += 1;
        }
        Note { name_size: 7, desc_size: bytes.len() as u32, kind: 1, name: *b"Solder\0\0", desc }
    }
}
