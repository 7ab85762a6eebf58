#!/usr/bin/env python3
"""Independent reader of mkraft data files, format version 2.

Written from mkraft-data-file(5) alone; README.md says how it came about and how
it is kept. Python 3 and its standard library; libxxhash.so.0 is used if present.

    reader.py superblocks FILE    the four copies, and the one that is chosen
    reader.py wal FILE            every slot of both rings, and the decision
    reader.py state FILE          the checkpoint: sets, sessions, replies, tree
    reader.py pairs FILE          the keys of the tree, each with its value's digest
    reader.py served FILE         the same when the log was executed to its head
    reader.py vectors             the test vectors of the page

Prints JSON. Integers of 64 bits and more are decimal strings, ids and
checksums 32 hexadecimal digits. FILE may be compressed (name ends in .gz).
Exit status: 0 printed, 1 a vector is wrong, 2 FILE cannot be opened.
"""
import ctypes
import json
import os
import struct
import sys
import tempfile
import zlib

# --------------------------------------------------------------- XXH3-128

M32, M64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P64_4, P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8"
    "fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364ea"
    "c5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b"
    "16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")


def _r32(b, i):
    return int.from_bytes(b[i:i + 4], "little")


def _r64(b, i):
    return int.from_bytes(b[i:i + 8], "little")


def _swap(n, size):
    return int.from_bytes(n.to_bytes(size, "little"), "big")


def _fold(a, b):
    p = a * b
    return (p & M64) ^ (p >> 64)


def _avalanche3(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & M64
    return h ^ h >> 32


def _avalanche64(h):
    h = (h ^ h >> 33) * P64_2 & M64
    h = (h ^ h >> 29) * P64_3 & M64
    return h ^ h >> 32


def _xxh3_short(d, seed):                                    # 0 to 16 bytes
    n, s = len(d), SECRET
    if n > 8:
        lo, hi = _r64(d, 0), _r64(d, n - 8)
        flip_lo = (_r64(s, 32) ^ _r64(s, 40)) - seed & M64
        flip_hi = (_r64(s, 48) ^ _r64(s, 56)) + seed & M64
        m = (lo ^ hi ^ flip_lo) * P64_1
        m_lo, m_hi = (m & M64) + (n - 1 << 54) & M64, m >> 64
        hi ^= flip_hi
        m_hi = m_hi + hi + (hi & M32) * (P32_2 - 1) & M64
        m_lo ^= _swap(m_hi, 8)
        h = m_lo * P64_2
        return (_avalanche3((h >> 64) + m_hi * P64_2 & M64) << 64
                | _avalanche3(h & M64))
    if n > 3:
        seed ^= _swap(seed & M32, 4) << 32
        value = _r32(d, 0) | _r32(d, n - 4) << 32
        key = value ^ ((_r64(s, 16) ^ _r64(s, 24)) + seed & M64)
        m = key * (P64_1 + (n << 2))
        m_lo, m_hi = m & M64, m >> 64
        m_hi = m_hi + (m_lo << 1) & M64
        m_lo ^= m_hi >> 3
        m_lo = (m_lo ^ m_lo >> 35) * 0x9FB21C651E98DF25 & M64
        m_lo ^= m_lo >> 28
        return _avalanche3(m_hi) << 64 | m_lo
    if n > 0:
        lo = d[0] << 16 | d[n >> 1] << 24 | d[n - 1] | n << 8
        hi = _swap(lo, 4)
        hi = (hi << 13 | hi >> 19) & M32
        flip_lo = (_r32(s, 0) ^ _r32(s, 4)) + seed & M64
        flip_hi = (_r32(s, 8) ^ _r32(s, 12)) - seed & M64
        return _avalanche64(hi ^ flip_hi) << 64 | _avalanche64(lo ^ flip_lo)
    return (_avalanche64(seed ^ _r64(s, 80) ^ _r64(s, 88)) << 64
            | _avalanche64(seed ^ _r64(s, 64) ^ _r64(s, 72)))


def _xxh3_middle(d, seed):                                  # 17 to 240 bytes
    n, s = len(d), SECRET
    acc = [n * P64_1 & M64, 0]

    def mix16(i, k, seed):
        return _fold(_r64(d, i) ^ (_r64(s, k) + seed & M64),
                     _r64(d, i + 8) ^ (_r64(s, k + 8) - seed & M64))

    def mix32(i, j, k, seed):
        acc[0] = (acc[0] + mix16(i, k, seed) & M64) ^ (_r64(d, j) + _r64(d, j + 8) & M64)
        acc[1] = (acc[1] + mix16(j, k + 16, seed) & M64) ^ (_r64(d, i) + _r64(d, i + 8) & M64)

    if n <= 128:
        for i in range((n - 1) // 32, -1, -1):
            mix32(16 * i, n - 16 * (i + 1), 32 * i, seed)
    else:
        for i in range(4):
            mix32(32 * i, 32 * i + 16, 32 * i, seed)
        acc[0], acc[1] = _avalanche3(acc[0]), _avalanche3(acc[1])
        for i in range(4, n // 32):
            mix32(32 * i, 32 * i + 16, 3 + 32 * (i - 4), seed)
        mix32(n - 16, n - 32, 103, -seed & M64)
    low = acc[0] + acc[1] & M64
    high = acc[0] * P64_1 + acc[1] * P64_4 + (n - seed & M64) * P64_2 & M64
    return (-_avalanche3(high) & M64) << 64 | _avalanche3(low)


def _xxh3_long(d, seed):                                   # above 240 bytes
    n = len(d)
    s = b"".join(((_r64(SECRET, i) + (-seed if i % 16 else seed)) & M64).to_bytes(8, "little")
                 for i in range(0, 192, 8))
    keys = struct.unpack("<24Q", s)
    acc = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]

    def stripe(at, key):
        v = struct.unpack_from("<8Q", d, at)
        for i in range(8):
            k = v[i] ^ key[i]
            acc[i ^ 1] += v[i]
            acc[i] += (k & M32) * (k >> 32)

    blocks = (n - 1) // 1024
    for at in range(0, n - 64, 64):
        j = at // 64 % 16
        stripe(at, keys[j:j + 8])
        if j == 15 and at // 1024 < blocks:
            for i in range(8):
                a = acc[i] & M64
                acc[i] = (a ^ a >> 47 ^ keys[16 + i]) * P32_1 & M64
    stripe(n - 64, struct.unpack_from("<8Q", s, 121))
    acc = [a & M64 for a in acc]

    def merge(k, start):
        return _avalanche3(start + sum(_fold(acc[i] ^ _r64(s, k + 8 * i),
                                             acc[i + 1] ^ _r64(s, k + 8 * i + 8))
                                       for i in (0, 2, 4, 6)) & M64)

    return merge(117, ~(n * P64_2) & M64) << 64 | merge(11, n * P64_1 & M64)


def xxh3_128_python(data, seed):
    n = len(data)
    return (_xxh3_short if n <= 16 else _xxh3_middle if n <= 240 else _xxh3_long)(data, seed)


def _load_xxh3():
    class Hash128(ctypes.Structure):
        _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]
    try:
        f = ctypes.CDLL("libxxhash.so.0").XXH3_128bits_withSeed
    except (OSError, AttributeError):
        return xxh3_128_python
    f.restype = Hash128
    f.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]

    def xxh3_128(data, seed):
        h = f(bytes(data), len(data), seed)
        return h.high << 64 | h.low
    return xxh3_128


xxh3_128 = _load_xxh3()

# ------------------------------------------------------ NOTATION, CHECKSUMS

MIB = 1 << 20
SB_SIZE = 16384
HEADER = 256
SCAN_END = 1104079224832
MAGIC = b"MKRAFTDF"
FORMAT_VERSION = 2
NOOP_RESERVE = 8
KINDS = {"superblock": 1, "prepare": 2, "reserved": 3, "unknown": 4, "prepare-body": 5,
         "reply": 6, "reply-reserved": 7, "reply-body": 8, "block": 9, "message": 10,
         "message-body": 11, "checkpoint": 12, "member": 13}
PREPARE, RESERVED, UNKNOWN = 2, 3, 4


def checksum(data, kind):
    seed = 0 if kind == 0 else 0x6d6b726166740000 | kind
    return xxh3_128(bytes(data), seed)


def up(n, m=MIB):
    return (n + m - 1) // m * m


def member_id(cluster, index):
    return checksum(cluster.to_bytes(16, "little") + index.to_bytes(8, "little"), KINDS["member"])


# ------------------------------------------------------------------ tables
# (name, offset, size); "reserved" rows are checked to be zero.

SUPERBLOCK = [
    ("checksum", 0, 16), ("copy", 16, 8), ("magic", 24, 8), ("format_version", 32, 4),
    ("checksum_algorithm", 36, 2), ("kind", 38, 1), ("reserved", 39, 1),
    ("features_incompatible", 40, 8), ("features_read_only", 48, 8),
    ("features_compatible", 56, 8), ("cluster", 64, 16), ("member", 80, 16),
    ("file_id", 96, 16), ("lineage", 112, 16), ("parent", 128, 16), ("sequence", 144, 8),
    ("release_format", 152, 4), ("release", 156, 4), ("replica", 160, 1),
    ("replica_count", 161, 1), ("standby_count", 162, 1), ("quorum_replication", 163, 1),
    ("quorum_election", 164, 1), ("virgin", 165, 1), ("clean", 166, 1), ("reserved", 167, 1),
    ("configuration_epoch", 168, 8), ("io_unit", 176, 4), ("slot_count", 180, 4),
    ("message_size", 184, 4), ("pipeline", 188, 4), ("checkpoint_interval", 192, 4),
    ("headroom", 196, 4), ("sessions", 200, 4), ("block_size", 204, 4),
    ("grid_blocks_max", 208, 8), ("term", 216, 8), ("log_term", 224, 8),
    ("commit_max", 232, 8), ("voted_for", 240, 16), ("sync_op_min", 256, 8),
    ("sync_op_max", 264, 8), ("cut_op", 272, 8), ("cut_term", 280, 8),
    ("cut_checksum", 288, 16), ("clean_op", 304, 8), ("clean_term", 312, 8),
    ("clean_checksum", 320, 16), ("suffix_count", 336, 4), ("reserved", 340, 172),
    ("members", 512, 256), ("reserved", 768, 256), ("checkpoint", 1024, 512),
    ("reserved", 1536, 6656), ("suffix", 8192, 8192)]
CHECKPOINT = [
    ("checkpoint_id", 0, 16), ("storage_size", 16, 8), ("reserved", 24, 8),
    ("checkpoint_parent_id", 32, 16), ("checkpoint_release", 48, 4), ("tree_height", 52, 4),
    ("pair_count", 56, 8), ("tree_root", 64, 32), ("acquired", 96, 32), ("released", 128, 32),
    ("sessions", 160, 32), ("leaf_count", 192, 8), ("inner_count", 200, 8),
    ("value_block_count", 208, 8), ("reserved", 216, 40), ("checkpoint_header", 256, 256)]
REFERENCE = [("checksum", 0, 16), ("address", 16, 8), ("extent", 24, 8)]
PREPARE_HEADER = [
    ("checksum", 0, 16), ("body_checksum", 16, 16), ("cluster", 32, 16), ("parent", 48, 16),
    ("request_checksum", 64, 16), ("checkpoint_id", 80, 16), ("client", 96, 16),
    ("nonce", 112, 16), ("tag", 128, 16), ("term", 144, 8), ("op", 152, 8), ("commit", 160, 8),
    ("timestamp", 168, 8), ("session", 176, 8), ("request", 184, 8),
    ("configuration_epoch", 192, 8), ("size", 200, 4), ("release", 204, 4), ("kind", 208, 1),
    ("operation", 209, 1), ("replica", 210, 1), ("reserved", 211, 45)]
GEOMETRY = ["io_unit", "slot_count", "message_size", "pipeline", "checkpoint_interval",
            "headroom", "sessions", "block_size", "grid_blocks_max"]
IDENTITY = ["cluster", "member", "file_id"]
OPERATIONS = {1: "root", 2: "noop", 3: "register", 4: "upgrade", 5: "reconfigure", 128: "kv"}


def decode(table, data):
    """Fields as integers, those above 16 bytes and magic as bytes, without reserved ones."""
    return {name: data[at:at + size] if size > 16 or name == "magic"
            else int.from_bytes(data[at:at + size], "little")
            for name, at, size in table if name != "reserved"}


def reserved_zero(table, data, names=("reserved",)):
    return not any(any(data[at:at + size]) for name, at, size in table if name in names)


def show(table, data):
    """Fields as they are printed."""
    out = {}
    for name, at, size in table:
        raw = data[at:at + size]
        n = int.from_bytes(raw, "little")
        if name == "reserved":
            out["reserved_%d" % at] = "zero" if not any(raw) else raw.hex()
        elif name == "magic":
            out[name] = raw.decode("ascii", "backslashreplace")
        elif name == "members":
            out[name] = ["%032x" % _id(raw, i) for i in range(0, 256, 16)]
        elif name == "checkpoint":
            out[name] = show(CHECKPOINT, raw)
        elif name == "checkpoint_header":
            out[name] = show(PREPARE_HEADER, raw)
        elif name == "suffix":
            out[name] = [show(PREPARE_HEADER, raw[i:i + HEADER])
                         if any(raw[i:i + HEADER]) else None for i in range(0, 8192, HEADER)]
        elif size == 32:
            out[name] = show(REFERENCE, raw)
        else:
            out[name] = "%032x" % n if size == 16 else str(n) if size == 8 else n
    return out


def _id(raw, i):
    return int.from_bytes(raw[i:i + 16], "little")


# ------------------------------------------------------------- the medium

class Image:
    """A file, perhaps compressed. read() gives (bytes, None) or (None, error)."""

    def __init__(self, path):
        self.warnings = []
        self.file = open(path, "rb", buffering=0)
        if str(path).endswith(".gz"):
            self.file = self._inflate(self.file)
        self.length = self.file.seek(0, os.SEEK_END)

    def _inflate(self, source):
        out = tempfile.TemporaryFile(buffering=0)
        length, z = 0, zlib.decompressobj(31)

        def put(data):
            nonlocal length
            for i in range(0, len(data), 4096):           # zeros become a hole
                part = data[i:i + 4096]
                if part.count(0) != len(part):
                    out.seek(length)
                    out.write(part)
                length += len(part)
        try:
            rest = b""
            while True:
                rest = rest or source.read(65536)
                if not rest:
                    break
                if z.eof:                                  # another member
                    if not rest.strip(b"\0"):
                        rest = b""
                        continue
                    z = zlib.decompressobj(31)
                put(z.decompress(rest, MIB))
                while z.unconsumed_tail and not z.eof:
                    put(z.decompress(z.unconsumed_tail, MIB))
                rest = z.unused_data
            if not z.eof:
                put(z.flush())
                self.warnings.append("compressed file ends early, at byte %d of its content" % length)
        except (zlib.error, OSError) as e:
            self.warnings.append("decompression stopped at byte %d: %s" % (length, e))
        out.truncate(length)
        return out

    def read(self, at, n):
        if at + n > self.length:
            return None, "end-of-file"
        try:
            data = b""
            while len(data) < n:
                part = os.pread(self.file.fileno(), n - len(data), at + len(data))
                if not part:
                    return None, "end-of-file"
                data += part
            return data, None
        except (OSError, OverflowError) as e:
            return None, str(e)

    def is_zero(self, at, n):
        """True, False, or None for what cannot be read; stops at the end of the file."""
        end = min(at + n, self.length)
        while at < end:
            data, error = self.read(at, min(MIB, end - at))
            if error:
                return None
            if data.count(0) != len(data):
                return False
            at += len(data)
        return True


# ------------------------------------------------------------------ ZONES

class Geometry:
    def __init__(self, fields):
        for name in GEOMETRY:
            setattr(self, name, fields[name])
        self.key = tuple(fields[name] for name in GEOMETRY)
        self.wal_headers = up(SB_SIZE)
        sb1 = self.wal_headers + up(256 * self.slot_count)
        self.wal_prepares = sb1 + MIB
        sb2 = self.wal_prepares + up(self.message_size * self.slot_count)
        self.replies = sb2 + MIB
        sb3 = self.replies + up(self.message_size * self.sessions)
        self.grid = sb3 + MIB
        self.homes = [0, sb1, sb2, sb3]

    def gaps(self):
        ends = [("superblock-%d" % k, home, SB_SIZE) for k, home in enumerate(self.homes)]
        ends += [("wal-headers", self.wal_headers, 256 * self.slot_count),
                 ("wal-prepares", self.wal_prepares, self.message_size * self.slot_count),
                 ("replies", self.replies, self.message_size * self.sessions)]
        return [(name, at + size, up(at + size) - at - size) for name, at, size in sorted(
            ends, key=lambda e: e[1])]


# --------------------------------------------------------- prepare headers

def judge_header(raw, cluster=None, slot=None, slot_count=None, message_size=None):
    """Name of the first defect of the 256 bytes, or None if the header is valid."""
    if not any(raw):
        return "all-zero"
    kind = raw[208]
    if kind not in (PREPARE, RESERVED, UNKNOWN):
        return "kind-unknown"
    if checksum(raw[16:], kind) != _id(raw, 0):
        return "checksum-mismatch"
    h = decode(PREPARE_HEADER, raw)
    if not reserved_zero(PREPARE_HEADER, raw, ("nonce", "tag", "reserved")):
        return "header-reserved-zero"
    if not 256 <= h["size"] <= 1048576:
        return "header-size"
    if kind != PREPARE:
        if h["size"] != 256 or any(v for k, v in h.items() if k not in (
                "checksum", "cluster", "op", "size", "kind")) or h["op"] >= 1 << 32:
            return "header-placeholder-empty"
    else:
        if h["operation"] == 0:
            return "header-operation"
        if (h["operation"] == 1) != (h["op"] == 0):
            return "header-root-op"
        if not (h["commit"] < h["op"] or h["commit"] == h["op"] == 0):
            return "header-commit-below-op"
        if max(h["op"], h["term"], h["timestamp"]) >= 1 << 63:
            return "header-numbers"
    if cluster is not None and h["cluster"] != cluster:
        return "header-cluster"
    if slot is not None and (h["op"] % slot_count if kind == PREPARE else h["op"]) != slot:
        return "header-slot"
    if message_size is not None and h["size"] > message_size:
        return "header-message-size"
    return None


# -------------------------------------------------------------- SUPERBLOCK

def power_of_two(n):
    return n > 0 and n & (n - 1) == 0


def most_trailers(f):
    def blocks(n):
        return (n + f["block_size"] - 289) // (f["block_size"] - 288)
    return blocks(128 * f["sessions"]) + 2 * blocks(8 * ((f["grid_blocks_max"] + 63) // 64))


def invariants(raw, f):
    """Of one copy: name to True, False, or None where another one forbids the question."""
    cp_raw = f["checkpoint"]
    cp = decode(CHECKPOINT, cp_raw)
    ch = decode(PREPARE_HEADER, cp["checkpoint_header"])
    voters, count = f["replica_count"], f["replica_count"] + f["standby_count"]
    members = [_id(f["members"], i) for i in range(0, 256, 16)]
    used = members[:count]
    suffix = [f["suffix"][i:i + HEADER] for i in range(0, 8192, HEADER)]
    n = f["suffix_count"]
    named = [decode(PREPARE_HEADER, h) for h in suffix[:n]]
    size = f["message_size"]

    def entry(h):
        return h[208] == PREPARE and judge_header(h, f["cluster"]) is None

    geometry = {
        "geometry-io-unit": power_of_two(f["io_unit"]) and 4096 <= f["io_unit"] <= 65536,
        "geometry-slot-count": 64 <= f["slot_count"] <= 1048576
        and f["slot_count"] % max(f["io_unit"] // 256, 1) == 0,
        "geometry-message-size": power_of_two(size) and 4096 <= size <= 1048576
        and size >= f["io_unit"],
        "geometry-pipeline": 1 <= f["pipeline"] <= 32,
        "geometry-headroom": f["headroom"] >= 1,
        "geometry-interval": f["checkpoint_interval"] > f["headroom"]
        and f["checkpoint_interval"] >= f["pipeline"]
        and f["checkpoint_interval"] + NOOP_RESERVE + f["pipeline"]
        + max(f["pipeline"], f["headroom"]) <= f["slot_count"],
        "geometry-sessions": 1 <= f["sessions"] <= 4096,
        "geometry-block-size": power_of_two(f["block_size"])
        and 16384 <= f["block_size"] <= 1048576 and f["block_size"] >= f["io_unit"],
        "geometry-grid-blocks": 1 <= f["grid_blocks_max"] <= 67108864}
    if all(geometry.values()):                       # asked only where no other is broken
        geometry["geometry-grid-blocks"] = f["grid_blocks_max"] >= 3 * most_trailers(f) + 32
    storage = references = None
    if all(geometry.values()):
        room = cp["storage_size"] - Geometry(f).grid
        storage = (room >= 0 and room % f["block_size"] == 0
                   and room // f["block_size"] <= f["grid_blocks_max"])
    if storage:
        found = [decode(REFERENCE, cp[k]) for k in ("tree_root", "acquired", "released", "sessions")]
        references = all(not any(x.values()) or 1 <= x["address"] <= room // f["block_size"]
                         for x in found)
    clean, not_clean = f["clean"] == 1, f["clean"] == 0
    quorums = all(1 <= f[k] <= max(voters, 1) for k in ("quorum_replication", "quorum_election"))
    return {
        "superblock-reserved-zero": reserved_zero(SUPERBLOCK, raw)
        and reserved_zero(CHECKPOINT, cp_raw),
        "superblock-sequence": f["sequence"] >= 1,
        "superblock-numbers": max(
            f["sequence"], f["term"], f["commit_max"], f["cut_op"], f["clean_op"] if clean else 0,
            f["sync_op_max"]) < 1 << 63,
        "superblock-parent": (f["parent"] == 0) == (f["sequence"] == 1),
        "superblock-flags": f["virgin"] <= 1 and f["clean"] <= 1,
        "superblock-suffix": n <= 32 and all(map(entry, suffix[:n]))
        and not any(map(any, suffix[n:]))
        and all(b["op"] == a["op"] + 1 and b["parent"] == a["checksum"]
                for a, b in zip(named, named[1:])),
        "superblock-checkpoint-header": entry(cp["checkpoint_header"]),
        "superblock-checkpoint-id":
            cp["checkpoint_id"] == checksum(cp_raw[32:], KINDS["checkpoint"]),
        "commit-max-at-least-checkpoint": f["commit_max"] >= ch["op"],
        "log-term-at-most-term": f["log_term"] <= f["term"],
        "log-term-covers-log": max(
            f["cut_term"], f["clean_term"] if clean else 0, ch["term"]) <= f["log_term"],
        "cut-checksum": f["cut_checksum"] != 0 and (not named or tuple(
            named[-1][k] for k in ("op", "term", "checksum")) == (
            f["cut_op"], f["cut_term"], f["cut_checksum"])),
        "clean-head": f["clean_op"] >= f["cut_op"] and f["clean_checksum"] != 0 if clean
        else not not_clean or f["clean_op"] == f["clean_term"] == f["clean_checksum"] == 0,
        "sync-range": f["sync_op_min"] <= f["sync_op_max"],
        "storage-size": storage,
        "superblock-references": references,
        "identity-not-zero": f["cluster"] != 0 and f["file_id"] != 0,
        "replica-index": f["replica"] < min(count, 16) and f["member"] == members[f["replica"]],
        "member-list": voters >= 1 and count <= 16 and 0 not in used and len(set(used)) == len(used)
        and not any(members[count:]),
        "voted-for-member": f["voted_for"] == 0 or f["configuration_epoch"] != 0
        or f["voted_for"] in members[:voters],
        "quorum-range": quorums,
        "quorums-intersect":
            f["quorum_replication"] + f["quorum_election"] > voters if quorums else None,
        "election-quorums-intersect": 2 * f["quorum_election"] > voters if quorums else None,
        **geometry}


class Copy:
    """16384 bytes at a place where a superblock copy may stand, judged."""

    def __init__(self, image, offset):
        self.offset = offset
        self.raw, self.error = image.read(offset, SB_SIZE)
        self.fields, self.invariants, self.geometry = {}, {}, None
        self.sums = {}
        if self.raw is None:
            self.defect = None
            self.state = "missing" if self.error == "end-of-file" else "unreadable"
        else:
            self.defect = self._judge()
            self.state = "newer" if self._newer() else "damaged" if self.defect else "valid"
        # valid, but not at the home of its own number: it does not count
        if self.state == "valid" and self.geometry.homes[self.fields["copy"]] != offset:
            self.state = "misdirected"
        self.counts = self.state == "valid"

    def _judge(self):
        raw = self.raw
        if not any(raw):
            return "all-zero"
        if raw[24:32] != MAGIC:
            return "magic-mismatch"
        f = self.fields = decode(SUPERBLOCK, raw)
        found = checksum(raw[24:], KINDS["superblock"])
        self.sums["checksum"] = {"computed": "%032x" % found, "right": found == f["checksum"]}
        if found != f["checksum"]:
            return ("version-unknown" if f["format_version"] > FORMAT_VERSION else
                    "checksum-algorithm-unknown" if f["checksum_algorithm"] != 1 else
                    "checksum-mismatch")
        if f["format_version"] != FORMAT_VERSION:
            return "version-unknown"
        if f["checksum_algorithm"] != 1:
            return "checksum-algorithm-unknown"
        if f["kind"] != 1:
            return "kind-mismatch"
        if f["features_incompatible"]:
            return "features-unknown"
        found = checksum(f["checkpoint"][32:], KINDS["checkpoint"])
        self.sums["checkpoint_id"] = {"computed": "%032x" % found,
                                      "right": found == _id(f["checkpoint"], 0)}
        if f["copy"] > 3:
            return "copy-number-invalid"
        self.invariants = invariants(raw, f)
        if False in self.invariants.values():
            return "invariant-broken"
        self.geometry = Geometry(f)
        return None

    def _newer(self):
        return (self.defect == "version-unknown" and self.fields["format_version"] > FORMAT_VERSION
                or self.defect == "checksum-algorithm-unknown"
                and self.fields["checksum_algorithm"] > 1
                or self.defect == "features-unknown")

    @property
    def same_file(self):
        return tuple(self.fields[k] for k in IDENTITY), self.geometry.key

    def show(self, state=None):
        out = {"offset": str(self.offset), "state": state or self.state, "defect": self.defect}
        if self.error:
            out["error"] = self.error
        if self.defect == "invariant-broken":
            out["broken"] = [k for k, v in self.invariants.items() if v is False]
        if self.state == "misdirected":
            out["home"] = str(self.geometry.homes[self.fields["copy"]])
        out["counts"] = self.counts
        if self.fields:
            out["checksums"] = self.sums
            # of a newer format only the frozen prefix has a meaning
            out["fields"] = show(SUPERBLOCK[:10] if self.state == "newer" else SUPERBLOCK, self.raw)
        return out


class Superblocks:
    """Finding the copies, and Choosing the superblock."""

    def __init__(self, image):
        self.image, self.warnings = image, list(image.warnings)
        self.chosen = self.refused = None
        self.proven = 0                              # by witnesses that are ahead
        self.reason = ""
        self._find()
        self._choose()
        self._warn()

    def _find(self):
        image = self.image
        places = {0: Copy(image, 0)}
        first = places[0]
        self.scanned, self.homes = False, None
        if first.counts:
            self.homes = first.geometry.homes
            for home in self.homes:
                places.setdefault(home, Copy(image, home))
            counting = [c for c in places.values() if c.counts]
            if len(counting) < 3 or len({c.same_file for c in counting}) > 1:
                self.homes = None
        if self.homes is None:
            self.scanned = True
            places = self._scan()
            agreed = {c.geometry.key: c.geometry for c in places.values() if c.counts}
            if len(agreed) == 1:
                self.homes = list(agreed.values())[0].homes
                for home in self.homes:
                    if home not in places:
                        places[home] = Copy(image, home)
        self.places = [places[k] for k in sorted(places)]
        self.counting = [c for c in self.places if c.counts]

    def _scan(self):
        image, places = self.image, {}
        end, at = min(image.length, SCAN_END), 0
        while at < end:
            prefix, _ = image.read(at, 4096)
            if prefix and prefix[24:32] == MAGIC:
                c = places[at] = Copy(image, at)
                if c.counts:
                    end = min(end, c.geometry.grid)
            at += MIB
        return places

    @staticmethod
    def _done_before(held):
        """the sequence before an update that was only begun, where no two copies agree; or None"""
        newest = max(held)
        if len(held) < 3 or newest - 1 not in held:
            return None
        parent = held[newest][0].fields["parent"]
        return newest - 1 if held[newest - 1][0].fields["checksum"] == parent else None

    def _choose(self):
        newer = [c for c in self.places if c.state == "newer"]
        if len({c.same_file for c in self.counting}) > 1:
            return self._refuse("superblock-identities-differ",
                                "two copies differ in cluster, member, file_id or geometry")
        if not self.counting:
            if newer:
                return self._refuse("format-newer", "no copy counts, and one is of a newer format")
            return self._refuse("superblock-not-found", "no copy counts")
        one = self.counting[0].same_file
        witnesses = [c for c in self.places if c.offset in self.homes
                     and (c.counts or c.state == "misdirected" and c.same_file == one)]
        sums = {}
        for c in witnesses:
            if sums.setdefault(c.fields["sequence"], c.fields["checksum"]) != c.fields["checksum"]:
                return self._refuse("superblock-fork",
                                    "two copies have one sequence and different checksums")
        if sum(c.offset in self.homes for c in newer) >= 2:
            return self._refuse("format-newer", "two homes hold a newer format")
        held = {}
        for c in self.counting:
            held.setdefault(c.fields["sequence"], []).append(c)
        quorum = [seq for seq, group in held.items() if len(group) >= 2]
        best = max(quorum) if quorum else self._done_before(held)
        if best is None:
            return self._refuse("superblock-quorum-lost", "no two copies hold one superblock")
        chosen = held[best][0].fields
        for c in witnesses:
            f = c.fields
            if f["sequence"] > best + 1:
                return self._refuse("superblock-copy-ahead", "sequence %d is chosen by two copies, "
                                    "and one has %d" % (best, f["sequence"]))
            if (f["sequence"] == best + 1 and f["parent"] != chosen["checksum"]
                    or f["sequence"] == best - 1 and f["checksum"] != chosen["parent"]):
                return self._refuse("superblock-not-linked", "sequences %d and %d are not linked by "
                                    "parent" % (best, f["sequence"]))
        self.chosen = held[best][0]
        for c in witnesses:
            if c.fields["sequence"] == best + 1:
                committed = decode(CHECKPOINT, c.fields["checkpoint"])
                head = decode(PREPARE_HEADER, committed["checkpoint_header"])
                self.proven = max(self.proven, c.fields["commit_max"], head["op"])
        self.reason = "sequence %d is the highest that at least two copies hold: %s" % (
            best, ", ".join(str(c.fields["copy"]) for c in held[best]))

    def representative(self):
        """The copy to list the rings by: the chosen one, else the newest of the first one's file."""
        if self.chosen:
            return self.chosen
        seen = self.counting or [c for c in self.places if c.state == "misdirected"]
        seen = [c for c in seen if c.same_file == seen[0].same_file]
        return max(seen, key=lambda c: c.fields["sequence"]) if seen else None

    def _refuse(self, name, reason):
        self.refused, self.reason = name, reason

    def _warn(self):
        image, warn = self.image, self.warnings.append
        any_copy = self.chosen or (self.counting[0] if self.counting else None)
        if any_copy is None:
            return
        g = any_copy.geometry
        for name, at, size in g.gaps():
            if not image.is_zero(at, size):
                warn("the gap behind %s is not zero" % name)
        if image.length < g.grid:
            warn("the file ends below its grid: slots or copies are lost")
        if image.length > g.grid + g.block_size * g.grid_blocks_max:
            warn("the file is longer than its grid may be")
        if self.chosen:
            need = decode(CHECKPOINT, self.chosen.fields["checkpoint"])["storage_size"]
            if image.length < need:
                warn("the file is shorter than storage_size %d" % need)
            if self.chosen.fields["features_read_only"]:
                warn("an unknown read-only feature: do not write")
            for c in self.places:
                if c.state == "newer":
                    warn("the copy at %d is of a newer format and counts as damaged" % c.offset)

    def listed_state(self, c):
        if not c.counts or not self.chosen:
            return c.state
        d = c.fields["sequence"] - self.chosen.fields["sequence"]
        return "current" if d == 0 else "unacknowledged" if d > 0 else "stale"

    def show(self):
        homes = []
        by_offset = {c.offset: c for c in self.places}
        for k in range(4):
            at = self.homes[k] if self.homes else 0 if k == 0 else None
            if at is None:                           # no geometry, so no home is known
                continue
            c = by_offset.get(at) or Copy(self.image, at)
            homes.append({"home_of_copy": k, **c.show(self.listed_state(c))})
        known = set(self.homes or [0])
        bounds = [(c.fields["term"], c.fields["commit_max"], decode(
            PREPARE_HEADER, c.fields["checkpoint"][256:])["op"]) for c in self.counting]
        return {
            "file_length": str(self.image.length), "scanned": self.scanned, "homes": homes,
            "elsewhere": [c.show(self.listed_state(c)) for c in self.places
                          if c.offset not in known],
            "chosen": None if not self.chosen else {
                "sequence": str(self.chosen.fields["sequence"]),
                "checksum": "%032x" % self.chosen.fields["checksum"],
                "copies": [c.fields["copy"] for c in self.counting
                           if c.fields["sequence"] == self.chosen.fields["sequence"]]},
            "refused": self.refused, "reason": self.reason,
            "lower_bounds": dict(zip(("term", "commit_max", "checkpoint_op"),
                                     (str(max(b)) for b in zip(*bounds)))),
            "warnings": self.warnings}


# ---------------------------------------------------------------- RECOVERY

# case, header ring states, prepare ring states, alone below the tail, alone in
# the tail, several, have, nack
CASES = [
    ("intact", "current", "current", "keep", "keep", "keep", "yes", "other-entries"),
    ("entries-disagree", "current", "current", "lost", "lost", "ask", "yes", "other-entries"),
    ("prepare-corrupt", "current", "bad", "lost", "lost", "ask", "no", "other-entries"),
    ("prepare-missing", "current", "reserved older", "lost", "lost", "ask", "no", "other-entries"),
    ("header-corrupt", "bad unknown", "current", "fix", "fix", "fix", "yes", "never"),
    ("header-behind", "vacated reserved older", "current", None, "fix", "fix", "yes", "never"),
    ("both-corrupt", "bad unknown", "bad", "undecidable", "cut", "ask", "no", "never"),
    ("header-corrupt-vacant", "bad unknown", "reserved older", "vacant", "vacant", "ask", "no",
     "never"),
    ("torn", "reserved older", "bad", None, "cut", "cut", "no", "always"),
    ("vacated-torn", "vacated", "bad", None, "cut", "ask", "no", "never"),
    ("blank", "reserved older", "reserved older", None, "blank", "blank", "no", "always"),
    ("vacated", "vacated", "reserved older", None, "blank", "ask", "no", "never"),
    ("header-ahead", "ahead", "bad reserved older current ahead", "stale", "stale", "ask", "no",
     "never"),
    ("prepare-ahead", "bad unknown vacated reserved older current", "ahead", "stale", "stale",
     "ask", "no", "never")]
OPENS_TAIL = ("vacated", "reserved", "older")


def find_case(header, prepare, same):
    for case in CASES:
        if header in case[1].split() and prepare in case[2].split():
            if case[0] == "intact" and not same:
                continue
            return case
    raise AssertionError((header, prepare))          # the table is complete


class Slot:
    """What was found in one slot of both rings. Keeps only the headers of entries."""
    __slots__ = ("op", "slot", "hstate", "hdefect", "hraw", "pstate", "pdefect", "praw",
                 "case", "in_tail", "decides", "disposition", "fault")


class Log:
    def __init__(self, superblocks):
        self.image, self.blocks = superblocks.image, superblocks
        self.warnings = []
        self.source = superblocks.representative()
        self.slots = []
        if self.source is None:
            return
        self.sb, self.g = self.source.fields, self.source.geometry
        self.checkpoint = decode(CHECKPOINT, self.sb["checkpoint"])
        self.last = decode(PREPARE_HEADER, self.checkpoint["checkpoint_header"])
        self.c = self.last["op"]
        n = self.g.slot_count
        self.slots = [self._look(op % n, op) for op in range(self.c + 1, self.c + n + 1)]
        self.tail = next((s.op for s in self.slots if s.hstate in OPENS_TAIL), None)
        for s in self.slots:
            same = s.hraw is not None and s.praw is not None and s.hraw[:16] == s.praw[:16]
            s.case = find_case(s.hstate, s.pstate, same)
            s.in_tail = self.tail is not None and s.op >= self.tail
            s.decides = s.case[4] if s.in_tail else s.case[3]
        self._prove()
        self._decide()

    # Slot states

    def _state(self, raw, op):
        h, sb = decode(PREPARE_HEADER, raw), self.sb
        if h["kind"] == RESERVED:
            return "reserved"
        if h["kind"] == UNKNOWN:
            return "unknown" if op <= sb["cut_op"] else "vacated"
        if h["op"] > op or h["term"] > sb["log_term"]:
            return "ahead"
        void = h["op"] > sb["cut_op"] and h["term"] < sb["log_term"]
        return "older" if h["op"] < op or void else "current"

    def _header(self, at, slot):
        raw, error = self.image.read(at, HEADER)
        if error:
            return None, "beyond-end" if error == "end-of-file" else error
        return raw, judge_header(raw, self.sb["cluster"], slot, self.g.slot_count,
                                 self.g.message_size)

    def _look(self, slot, op):
        s = Slot()
        s.slot, s.op, s.disposition, s.fault = slot, op, None, None
        raw, s.hdefect = self._header(self.g.wal_headers + HEADER * slot, slot)
        s.hstate = "bad" if s.hdefect else self._state(raw, op)
        s.hraw = raw if not s.hdefect and raw[208] == PREPARE else None

        at = self.g.wal_prepares + self.g.message_size * slot
        raw, s.pdefect = self._header(at, slot)
        s.praw = None
        if not s.pdefect and raw[208] == UNKNOWN:
            s.pdefect = "kind-unknown"
        if not s.pdefect and raw[208] == PREPARE:
            h = decode(PREPARE_HEADER, raw)
            body, error = self.image.read(at + HEADER, h["size"] - HEADER)
            if error:
                s.pdefect = "beyond-end" if error == "end-of-file" else error
            elif checksum(body, KINDS["prepare-body"]) != h["body_checksum"]:
                s.pdefect = "body-mismatch"
            else:
                s.praw = raw
                pad = up(h["size"], self.g.io_unit) - h["size"]
                if self.image.is_zero(at + h["size"], pad) is False:
                    self.warnings.append("slot %d: padding behind the entry is not zero" % slot)
        s.pstate = "bad" if s.pdefect else self._state(raw, op)
        return s

    # Decision

    def _prove(self):
        sb = self.sb
        self.commit_max = sb["commit_max"]
        for s in self.slots:
            for raw in (s.hraw, s.praw):
                if raw:
                    self.commit_max = max(self.commit_max, decode(PREPARE_HEADER, raw)["commit"])
        clean_op = sb["clean_op"] if sb["clean"] else 0
        self.proven = max([sb["cut_op"], clean_op, self.commit_max, self.blocks.proven]
                          + [s.op for s in self.slots if s.hstate == "current"])

    def _named(self, op):
        """The checksum by which the superblock names the entry of op, or None."""
        sb = self.sb
        if op == sb["cut_op"]:
            return sb["cut_checksum"]
        if sb["clean"] and op == sb["clean_op"]:
            return sb["clean_checksum"]
        for i in range(sb["suffix_count"]):
            h = decode(PREPARE_HEADER, sb["suffix"][HEADER * i:HEADER * (i + 1)])
            if h["op"] == op:
                return h["checksum"]
        return None

    def follows(self, last, h):
        return (h["op"] == last["op"] + 1 and h["parent"] == last["checksum"]
                and h["term"] >= last["term"] and h["timestamp"] > last["timestamp"]
                and h["commit"] >= last["commit"] and h["checkpoint_id"] == self.checkpoint_id(h["op"]))

    def checkpoint_id(self, op):
        """What an entry above the checkpoint carries; None where none may be."""
        interval = self.g.checkpoint_interval
        if op <= self.c + interval:
            return self.checkpoint["checkpoint_parent_id"]
        return self.checkpoint["checkpoint_id"] if op <= self.c + 2 * interval else None

    def _decide(self):
        sb = self.sb
        self.faults = faults = {}                    # op to name
        self.head = last = self.last
        self.end = None
        suspects = []                                # (op, name)
        undecidable = []
        beyond = set()

        for s in self.slots:                         # first pass
            if s.decides == "stale":
                faults[s.op] = "superblock-stale"
                if self.end:
                    beyond.add(s.op)
                continue
            if not self.end:
                if sb["clean"] and s.op > sb["clean_op"]:
                    self.end = "clean-stop"
                elif s.decides in ("keep", "fix"):
                    h = decode(PREPARE_HEADER, s.praw)
                    if not self.follows(last, h) and s.decides == "fix" and s.in_tail:
                        self.end = "unchained"
                        suspects.append((s.op, "chain-broken"))
                        beyond.add(s.op)
                        continue
                    if not self.follows(last, h):
                        faults[s.op] = "chain-broken"
                    elif self._named(s.op) not in (None, h["checksum"]):
                        faults[s.op] = "entry-unexpected"
                    elif not faults:
                        self.head = h
                    last = h
                elif s.decides == "lost":
                    faults[s.op] = s.case[0]
                    last = decode(PREPARE_HEADER, s.hraw)
                else:
                    self.end = {"blank": "blank", "cut": "torn"}.get(s.decides, "vacant")
            if not self.end:
                continue
            beyond.add(s.op)
            if sb["clean"] and s.op > sb["clean_op"] and s.hstate == "current":
                faults[s.op] = "superblock-stale"
            elif s.decides == "lost":
                suspects.append((s.op, s.case[0]))
            elif s.decides in ("blank", "vacant", "cut", "undecidable"):
                suspects.append((s.op, "entry-lost"))
                if s.decides == "undecidable" and self.end == "vacant":
                    undecidable.append(s.op)
            elif s.decides == "fix" and not s.in_tail and self.end == "vacant":
                self.proven = max(self.proven, s.op)
        self.end = self.end or "full"

        if self.proven > self.head["op"]:            # second pass
            for op, name in suspects:
                if op <= self.proven:
                    faults[op] = name
            if not faults:
                faults[self.head["op"] + 1] = "entry-lost"
        if not faults:
            for op in undecidable:
                faults[op] = "head-undecidable"

        for s in self.slots:
            s.fault = faults.get(s.op)
            if s.fault or s.decides == "lost":
                s.disposition = "faulty"
            elif s.decides == "keep":
                s.disposition = "kept"
            elif s.decides == "fix" and (s.op not in beyond or s.op <= self.proven):
                s.disposition = "fixed"
            elif s.hstate in ("bad", "unknown"):
                s.disposition = "vacated"
            else:
                s.disposition = "blank" if s.decides == "blank" else "cut"

    # Printing

    def decision(self):
        if self.source is None:
            return {"why": "the superblock is refused: " + str(self.blocks.refused)}
        several = self.sb["replica_count"] != 1 or self.sb["standby_count"] != 0
        return {
            "is_chosen": self.blocks.chosen is not None,
            "sequence": str(self.sb["sequence"]), "offset": str(self.source.offset),
            "replica": "several" if several else "alone", "checkpoint_op": str(self.c),
            "tail_start": None if self.tail is None else str(self.tail),
            "commit_max": str(self.commit_max), "proven_op": str(self.proven), "end": self.end,
            "head": {"op": str(self.head["op"]), "term": str(self.head["term"]),
                     "checksum": "%032x" % self.head["checksum"]},
            "faults": [{"op": str(op), "fault": name} for op, name in sorted(self.faults.items())]}

    def _show_header(self, at, state, defect):
        out = {"state": state, "defect": defect}
        raw, error = self.image.read(at, HEADER)
        if not error and defect in (None, "body-mismatch"):
            out["fields"] = show(PREPARE_HEADER, raw)
            out["operation_name"] = OPERATIONS.get(raw[209], "operation-%d" % raw[209])
        return out

    def show_slot(self, s):
        out = {"slot": s.slot, "op": str(s.op),
               "header": self._show_header(self.g.wal_headers + HEADER * s.slot, s.hstate, s.hdefect),
               "prepare": self._show_header(self.g.wal_prepares + self.g.message_size * s.slot,
                                            s.pstate, s.pdefect),
               "case": s.case[0], "in_tail": s.in_tail, "decides": s.decides, "several": s.case[5],
               "have": s.case[6], "nack": s.case[7], "disposition": s.disposition, "fault": s.fault}
        if s.pstate == "current":
            h = decode(PREPARE_HEADER, s.praw)
            out["chain-checkpoint"] = h["checkpoint_id"] == self.checkpoint_id(s.op)
        return out

    def print(self, out):
        """One line for each slot; streamed, for there may be a million."""
        sb = self.blocks.chosen
        head = {"chosen": self.blocks.chosen and str(sb.fields["sequence"]),
                "refused": self.blocks.refused, "reason": self.blocks.reason}
        if self.slots:
            head["cluster"] = "%032x" % self.sb["cluster"]
            head["geometry"] = {k: str(v) if k == "grid_blocks_max" else v
                                for k, v in zip(GEOMETRY, self.g.key)}
        head["decision"] = self.decision()
        head["warnings"] = self.blocks.warnings + self.warnings
        out.write(json.dumps(head, indent=1)[:-2] + ',\n "slots": [')
        for i, s in enumerate(self.slots):
            out.write((",\n  " if i else "\n  ") + json.dumps(self.show_slot(s)))
        out.write("]\n}\n")


# ----------------------------------------------------- vectors of the page

VECTORS = """
0 0 99aa06d3014798d86001c324468d497f
0 superblock 055baa11fab037a5727254aa96ae747a
0 prepare 012ac87422858ccf9f1eb26998387fb0
0 prepare-body a89b1a424b194a8fc5f6e9c3ee273242
0 reply-body 28585733b8eac5ab9d63b5cc12a75de8
0 message-body 2d08c27c2563d1dd65c33866752d19c5
1 0 a6cd5e9392000f6ac44bdff4074eecdb
1 prepare-body db9ac85d45e2500a57a73b649217d89d
240 0 65b5be86da5540e7c92b68e16f83bbb6
240 superblock ed0761d97c3d1a8e798112c0087f6643
240 prepare fa5349775d0f91df733d145cbd46d66b
240 reserved 664551b91ee2212419456b51099a00c7
240 unknown cd23992972d004ea1587b36cab082121
240 prepare-body 6630456ae76f8aa526c8bf41c0102a84
240 reply b059ac1c8e7b86f61652b70d747ecaf7
240 reply-reserved 302cc5c8cc786808a86c773ebb80952d
240 reply-body 3de2b9203c5e35f2a96f2b1a8cb38ea1
240 block 7798919b34f94178e806627d37011ff8
240 message 01cd9a35b4f15d43c11a04c5255454ae
240 message-body 822abca9a0c8005dd9813cb0225769d9
240 checkpoint 81f544c56d136133e257aa36346cce8e
240 member a9fb455bc52ee269e592d95aa454f1d8
16360 0 555378a5033ba1cf734105642e9ee5dc
16360 superblock e0342ff85c35fabe85092400f93b19b1
1048576 0 53738d98098cabba6e0d7ac36b8c10ff
1048576 superblock 2a94735285657074fe4b3ae4d13b34e0
1048576 prepare fa008d1c18094589f7184e60c2561c41
1048576 prepare-body 71af66dc864d4bd7653ab29f7ae7d868
1048576 block dc52aa989088df6fa5da35b52dcb9b39
"""


def vectors():
    wrong = []
    pattern = bytes(i % 251 for i in range(MIB))
    for line in VECTORS.split("\n"):
        if line:
            n, kind, want = line.split()
            k = KINDS.get(kind, 0)
            seed = 0x6d6b726166740000 | k if k else 0
            for f in (xxh3_128, xxh3_128_python):
                if "%032x" % f(pattern[:int(n)], seed) != want:
                    wrong.append(line + (" (python)" if f is xxh3_128_python else ""))
    print(json.dumps({"library": xxh3_128 is not xxh3_128_python,
                      "vectors": VECTORS.count("\n") - 1, "wrong": wrong}))
    return 1 if wrong else 0


def main(args):
    if args == ["vectors"]:
        return vectors()
    if len(args) != 2 or args[0] not in ("superblocks", "wal", "state", "pairs", "served"):
        sys.stderr.write(__doc__)
        return 2
    try:
        image = Image(args[1])
    except OSError as e:
        print(json.dumps({"error": str(e)}))
        return 2
    blocks = Superblocks(image)
    if args[0] == "superblocks":
        print(json.dumps(blocks.show(), indent=1))
    elif args[0] == "wal":
        Log(blocks).print(sys.stdout)
    else:
        import grid                                  # which takes tables and checksum() from here
        grid.print_state(blocks, Log(blocks), args[0], sys.stdout)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:                          # such as by head(1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
