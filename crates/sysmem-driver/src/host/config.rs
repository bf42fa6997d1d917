//! Bus files: which drivers there are, and where they run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::file::{self, FileError, Problem};
use crate::limits::MAX_DEVICES;

/// A platform bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusConfig {
    /// Where sysmem is. `None`: nowhere.
    pub sysmem: Option<SysmemHome>,
    /// The shared object with the proxy for sysmem, for devices in hosts of their own.
    pub proxy: Option<PathBuf>,
    /// What is on the bus, in the order in which it is bound.
    pub devices: Vec<DeviceConfig>,
}

/// Where sysmem is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SysmemHome {
    /// A driver in the bus's own host.
    Bus(DeviceConfig),
    /// A driver in a host of its own, which is reached at its node.
    Own {
        /// The driver. Its property `node` is the node.
        driver: DeviceConfig,
        /// Where it accepts connections from the bus.
        node: PathBuf,
    },
    /// A service of its own, such as `sysmem serve`: the socket of its `DriverConnector`.
    Elsewhere(PathBuf),
}

/// A device, and its driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceConfig {
    /// What it is called in the log.
    pub name: String,
    /// The shared object with its driver.
    pub library: PathBuf,
    /// Where the driver runs.
    pub host: Placement,
    /// Whether the device is below the bus; if not, it gets nothing of the bus.
    pub is_below_bus: bool,
    /// In a host of its own: whether there is a proxy for sysmem.
    pub wants_sysmem: bool,
    /// In a host of its own: whether it is started again when it dies.
    pub restart: bool,
    /// What its driver can ask for.
    pub properties: BTreeMap<String, String>,
}

/// Where a driver runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// In the bus's host, with others.
    #[default]
    Bus,
    /// In a process of its own.
    Own,
}

impl BusConfig {
    /// Reads a bus file. `directory` is what relative paths of libraries are relative to.
    ///
    /// ```
    /// let bus = sysmem_driver::host::BusConfig::parse(
    ///     r#"
    ///     [sysmem]
    ///     library = "libsysmem_driver_service.so"
    ///     proxy = "libsysmem_driver_proxy.so"
    ///     node = "/run/sysmem-class/000" # where brokers find it
    ///
    ///     [[device]]
    ///     name = "camera"
    ///     library = "libcamera.so"       # in the bus's host: what is there, it gets
    ///
    ///     [[device]]
    ///     name = "codec"
    ///     library = "libcodec.so"
    ///     host = "own"
    ///     protocols = ["sysmem"]         # in a host of its own: what is listed, it gets
    ///     restart = true
    ///     properties = { model = "h264" }
    ///     "#,
    ///     std::path::Path::new("/usr/lib/sysmem"),
    /// )?;
    /// assert_eq!(bus.devices.len(), 2);
    /// # Ok::<(), sysmem_driver::FileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Names the line and the key.
    pub fn parse(text: &str, directory: &Path) -> Result<Self, FileError> {
        let form: Form = file::parse(text)?;
        let proxy = form.sysmem.as_ref().and_then(|sysmem| sysmem.get_ref().proxy.clone());
        let proxy = proxy.map(|proxy| directory.join(proxy));
        let sysmem = form.sysmem.map(|sysmem| sysmem_home(sysmem, text, directory)).transpose()?;
        let mut devices = Vec::<DeviceConfig>::new();
        for device in form.device {
            let span = device.span();
            let device = self::device(device, proxy.is_some(), text, directory)?;
            if devices.iter().any(|other| other.name == device.name) {
                return Err(FileError::at(text, span, Problem::SameName(device.name)));
            }
            if devices.len() >= MAX_DEVICES {
                return Err(FileError::at(text, span, Problem::TooMany(MAX_DEVICES)));
            }
            devices.push(device);
        }
        Ok(Self { sysmem, proxy, devices })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    sysmem: Option<Spanned<SysmemForm>>,
    #[serde(default)]
    device: Vec<Spanned<DeviceForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SysmemForm {
    library: Option<PathBuf>,
    proxy: Option<PathBuf>,
    #[serde(default)]
    host: Placement,
    node: Option<PathBuf>,
    driver: Option<Spanned<PathBuf>>,
    #[serde(default)]
    restart: bool,
    #[serde(default)]
    properties: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceForm {
    name: String,
    library: PathBuf,
    #[serde(default)]
    host: Placement,
    #[serde(default = "yes")]
    below_bus: bool,
    #[serde(default)]
    protocols: Vec<Spanned<String>>,
    #[serde(default)]
    restart: bool,
    #[serde(default)]
    properties: BTreeMap<String, String>,
}

fn yes() -> bool {
    true
}

fn sysmem_home(
    form: Spanned<SysmemForm>,
    text: &str,
    directory: &Path,
) -> Result<SysmemHome, FileError> {
    let span = form.span();
    let mut form = form.into_inner();
    if let Some(socket) = form.driver {
        return match form.library {
            Some(_) => Err(FileError::at(text, socket.span(), Problem::Contradiction("library"))),
            None => Ok(SysmemHome::Elsewhere(socket.into_inner())),
        };
    }
    let missing = |key| FileError::at(text, span.clone(), Problem::Missing(key));
    let library = form.library.ok_or_else(|| missing("library"))?;
    if let Some(node) = form.node.as_ref().and_then(|node| node.to_str()) {
        form.properties.insert("node".to_owned(), node.to_owned());
    }
    let driver = DeviceConfig {
        name: "sysmem".to_owned(),
        library: directory.join(library),
        host: form.host,
        is_below_bus: true,
        wants_sysmem: false,
        restart: form.restart,
        properties: form.properties,
    };
    match form.host {
        Placement::Bus => Ok(SysmemHome::Bus(driver)),
        Placement::Own => {
            let node = form.node.ok_or_else(|| missing("node"))?;
            Ok(SysmemHome::Own { driver, node })
        }
    }
}

fn device(
    form: Spanned<DeviceForm>,
    has_proxy: bool,
    text: &str,
    directory: &Path,
) -> Result<DeviceConfig, FileError> {
    let form = form.into_inner();
    for protocol in &form.protocols {
        let problem = match protocol.get_ref().as_str() {
            "sysmem" if form.host == Placement::Own && !has_proxy => {
                Problem::Missing("proxy of [sysmem]")
            }
            "sysmem" if !form.below_bus => Problem::Contradiction("below_bus = false"),
            "sysmem" => continue,
            other => Problem::UnknownProtocol(other.to_owned()),
        };
        return Err(FileError::at(text, protocol.span(), problem));
    }
    Ok(DeviceConfig {
        name: form.name,
        library: directory.join(form.library),
        host: form.host,
        is_below_bus: form.below_bus,
        wants_sysmem: !form.protocols.is_empty(),
        restart: form.restart,
        properties: form.properties,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BusConfig, FileError> {
        BusConfig::parse(text, Path::new("/drivers"))
    }

    #[test]
    fn the_example_is_a_bus() {
        let bus = parse(include_str!("../../../../examples/devhost/bus.toml")).unwrap();
        assert_eq!((bus.devices.len(), bus.proxy.is_some()), (2, true));
    }

    #[test]
    fn libraries_are_beside_the_file() {
        let bus =
            parse("[sysmem]\nlibrary = \"a.so\"\n[[device]]\nname = \"b\"\nlibrary = \"/b.so\"")
                .unwrap();
        let Some(SysmemHome::Bus(sysmem)) = bus.sysmem else { panic!("{bus:?}") };
        assert_eq!(sysmem.library, Path::new("/drivers/a.so"));
        assert_eq!(bus.devices[0].library, Path::new("/b.so"));
        assert!(bus.devices[0].is_below_bus);
    }

    #[test]
    fn errors_name_line_and_key() {
        let device = "[[device]]\nname = \"a\"\nlibrary = \"a.so\"\n";
        let cases = [
            ("[sysmem]\n".to_owned(), 1, "[sysmem]", "library is missing"),
            ("\n[sysmem]\nlibary = \"x\"".to_owned(), 3, "libary", "unknown field"),
            ("[sysmem]\nlibrary = \"x\"\nhost = \"mine\"".to_owned(), 3, "host", "unknown variant"),
            (
                "[sysmem]\nlibrary = \"x\"\nhost = \"own\"".to_owned(),
                1,
                "[sysmem]",
                "node is missing",
            ),
            (
                "[sysmem]\ndriver = \"x\"\nlibrary = \"x\"".to_owned(),
                2,
                "driver",
                "it does not go with library",
            ),
            (format!("{device}{device}"), 4, "[[device]]", "another device is called a"),
            (format!("{device}protocols = [\"gpio\"]"), 4, "protocols", "no protocol gpio"),
            (
                format!("{device}host = \"own\"\nprotocols = [\"sysmem\"]"),
                5,
                "protocols",
                "proxy of [sysmem] is missing",
            ),
            (
                format!("{device}below_bus = false\nprotocols = [\"sysmem\"]"),
                5,
                "protocols",
                "does not go with below_bus",
            ),
        ];
        for (text, line, key, message) in cases {
            let error = parse(&text).unwrap_err();
            assert_eq!((error.line, error.key.as_deref()), (Some(line), Some(key)), "{error}");
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
