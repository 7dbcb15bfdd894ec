"""Files of users as bytes: plain, gzip, or a zip of one file; archives that unpack to too much are refused."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from alloycoat.errors import DataFileError

LARGEST_FILE = 4 * 2**30
"""Bytes: a larger file is refused, packed or not."""
LARGEST_RATIO = 300
"""Unpacked over packed size: text of cyclers packs 3 to 40 times; what packs better than this is a bomb."""
SMALL = 32 * 2**20
"""Bytes: below this size the ratio does not matter."""

_OWN_ZIPS = (".ndax", ".xlsx", ".xlsm")
_PACKED = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the user's, unpacked: path as given, name of the content (that of the archive's member), bytes."""

    path: Path
    name: str
    content: bytes
    packed: bool = False  # then the archive's checksum was checked

    @property
    def head(self) -> bytes:
        """The first bytes, enough to recognize a format."""
        return self.content[:65536]

    @property
    def suffix(self) -> str:
        """The last suffix of the name, lower case."""
        return Path(self.name).suffix.lower()


def open_source(path: Path) -> Source:
    """The content of a file, unpacked where it is gzip or a zip archive of one file.

    Raises DataFileError where there is no such file, it cannot be unpacked, or unpacks to too much.
    """
    raw = _plain(path)
    if raw[:2] == _PACKED:
        name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
        return Source(path, name, _gunzip(path, raw), packed=True)
    if raw[:4] == _ZIP and path.suffix.lower() not in _OWN_ZIPS:
        return _unzip(path, raw)
    return Source(path, path.name, raw)


def _plain(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise DataFileError(f"{path}: is a device or a pipe, not a file")
        if path.is_file() and path.stat().st_size > LARGEST_FILE:
            raise DataFileError(f"{path}: is larger than {LARGEST_FILE >> 30} GiB; split it")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DataFileError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise DataFileError(f"{path}: is a folder, not a file") from error
    except (OSError, ValueError) as error:
        raise DataFileError(f"{path}: cannot be opened ({getattr(error, 'strerror', None) or error})") from error


def _allowed(packed: int) -> int:
    return min(LARGEST_FILE, max(SMALL, packed * LARGEST_RATIO))


def check_unpacked_size(source: Source) -> None:
    """Refuse a format that is a zip archive itself where its members claim to unpack to too much.

    Raises DataFileError. A member that unpacks to more than it claims is cut off there, and fails its checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise DataFileError(f"{source.path}: is damaged or cut off: not a readable {source.suffix} file") from error
    if size > _allowed(len(source.content)):
        raise _bomb(source.path, len(source.content))


def _bomb(path: Path, packed: int) -> DataFileError:
    return DataFileError(
        f"{path}: {packed} bytes unpack to more than {_allowed(packed)}, as no cycler file does; unpack it yourself"
    )


def _gunzip(path: Path, raw: bytes) -> bytes:
    limit = _allowed(len(raw))
    try:
        with gzip.open(io.BytesIO(raw)) as stream:
            content = stream.read(limit + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile, OSError) as error:
        raise DataFileError(f"{path}: the gzip archive is damaged or cut off") from error
    if len(content) > limit:
        raise _bomb(path, len(raw))
    return content


def _unzip(path: Path, raw: bytes) -> Source:
    """The one file of a zip archive; folders and what macOS adds do not count."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [
                each for each in archive.infolist()
                if not each.is_dir() and not each.filename.startswith("__MACOSX/")
            ]  # fmt: skip
            if len(members) != 1:
                raise DataFileError(f"{path}: the zip archive holds {len(members)} files, not one; unpack it")
            (member,) = members
            limit = _allowed(len(raw))
            with archive.open(member) as stream:
                content = stream.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise DataFileError(f"{path}: the zip archive is damaged or cut off") from error
    except RuntimeError as error:  # a password
        raise DataFileError(f"{path}: the zip archive is encrypted; unpack it") from error
    if len(content) > limit:
        raise _bomb(path, len(raw))
    return Source(path, Path(member.filename).name, content, packed=True)
