#!/usr/bin/env python3
"""Writes sample data files from mkraft-data-file(5), byte by byte, for reader.py.

    make_sample.py DIRECTORY     writes the samples and checks what reader.py says of them

Takes only checksum() from the reader; every offset is written here again.
"""
import copy
import gzip
import json
import os
import random
import subprocess
import sys

from reader import checksum

CLUSTER = 0x00112233445566778899aabbccddeeff
FILE_ID = 0x0102030405060708090a0b0c0d0e0f10
RELEASE = 256
SMALLEST = dict(io_unit=4096, slot_count=64, message_size=4096, pipeline=8,
                checkpoint_interval=40, headroom=8, sessions=1, block_size=16384,
                grid_blocks_max=67108864)
DEFAULT = dict(io_unit=4096, slot_count=1024, message_size=1048576, pipeline=8,
               checkpoint_interval=880, headroom=128, sessions=64, block_size=65536,
               grid_blocks_max=67108864)


def put(b, at, size, n):
    b[at:at + size] = n.to_bytes(size, "little")


def seal(b, start, kind, at=0):
    put(b, at, 16, checksum(bytes(b[start:]), kind))
    return bytes(b)


def sum_of(header):
    return int.from_bytes(header[:16], "little")


def prepare(op, parent, term=1, commit=0, timestamp=None, operation=128, body=b"",
            client=0, session=0, request=0, request_checksum=0, cluster=CLUSTER, release=RELEASE,
            checkpoint_id=0):
    h = bytearray(256)
    put(h, 16, 16, checksum(body, 5))
    put(h, 32, 16, cluster)
    put(h, 48, 16, parent)
    put(h, 64, 16, request_checksum)
    put(h, 80, 16, checkpoint_id)
    put(h, 96, 16, client)
    put(h, 144, 8, term)
    put(h, 152, 8, op)
    put(h, 160, 8, commit)
    put(h, 168, 8, 1700000000000000000 + op if timestamp is None else timestamp)
    put(h, 176, 8, session)
    put(h, 184, 8, request)
    put(h, 200, 4, 256 + len(body))
    put(h, 204, 4, release)
    h[208], h[209] = 2, operation
    return seal(h, 16, 2)


def placeholder(slot, kind, cluster=CLUSTER):
    h = bytearray(256)
    put(h, 32, 16, cluster)
    put(h, 152, 8, slot)
    put(h, 200, 4, 256)
    h[208] = kind
    return seal(h, 16, kind)


def reply_reserved(slot):
    h = bytearray(256)
    put(h, 32, 16, CLUSTER)
    put(h, 112, 8, slot)
    put(h, 144, 4, 256)
    h[152] = 7
    return seal(h, 16, 7)


ROOT = prepare(0, 0, term=0, timestamp=0, operation=1, release=0)


def member(i):
    return checksum(CLUSTER.to_bytes(16, "little") + i.to_bytes(8, "little"), 13)


def round_up(n, m=1048576):
    return -(-n // m) * m


def layout(g):
    """Offsets of the eight zones."""
    z = [0, 1048576]
    z.append(z[1] + round_up(256 * g["slot_count"]))
    z.append(z[2] + 1048576)
    z.append(z[3] + round_up(g["message_size"] * g["slot_count"]))
    z.append(z[4] + 1048576)
    z.append(z[5] + round_up(g["message_size"] * g["sessions"]))
    z.append(z[6] + 1048576)
    return z


def empty_checkpoint(g):
    """The checkpoint section that format writes."""
    b = bytearray(512)
    put(b, 16, 8, layout(g)[7])
    put(b, 48, 4, RELEASE)
    b[256:512] = ROOT
    put(b, 0, 16, checksum(bytes(b[32:]), 12))
    return bytes(b)


def superblock(g, copy=0, sequence=1, parent=0, voters=1, virgin=1, clean=0, term=0, log_term=0,
               commit_max=0, voted_for=0, cut=ROOT, clean_head=None, suffix=(), replica=0, section=None):
    b = bytearray(16384)
    put(b, 16, 8, copy)
    b[24:32] = bytes.fromhex("4d4b524146544446")
    put(b, 32, 4, 2)
    put(b, 36, 2, 1)
    b[38] = 1
    put(b, 64, 16, CLUSTER)
    put(b, 80, 16, member(replica))
    put(b, 96, 16, FILE_ID)
    put(b, 128, 16, parent)
    put(b, 144, 8, sequence)
    put(b, 152, 4, RELEASE)
    put(b, 156, 4, RELEASE)
    b[160:167] = bytes([replica, voters, 0, voters // 2 + 1, voters // 2 + 1, virgin, clean])
    for i, k in enumerate(["io_unit", "slot_count", "message_size", "pipeline",
                           "checkpoint_interval", "headroom", "sessions", "block_size"]):
        put(b, 176 + 4 * i, 4, g[k])
    put(b, 208, 8, g["grid_blocks_max"])
    put(b, 216, 8, term)
    put(b, 224, 8, log_term)
    put(b, 232, 8, commit_max)
    put(b, 240, 16, voted_for)
    for at, h in ((272, cut), (304, clean_head)):
        if h:
            b[at:at + 8], b[at + 8:at + 16], b[at + 16:at + 32] = h[152:160], h[144:152], h[:16]
    put(b, 336, 4, len(suffix))
    for i in range(voters):
        put(b, 512 + 16 * i, 16, member(i))
    b[1024:1536] = section or empty_checkpoint(g)
    for i, h in enumerate(suffix):
        b[8192 + 256 * i:8448 + 256 * i] = h
    return seal(b, 24, 1)


def with_copy(sb, k):
    return sb[:16] + k.to_bytes(8, "little") + sb[24:]


class File:
    def __init__(self, g=SMALLEST):
        self.g, self.z = g, layout(g)
        self.b = bytearray(self.z[7])
        for s in range(g["slot_count"]):
            h = ROOT if s == 0 else placeholder(s, 3)
            self.header(s, h)
            self.prepare(s, h)
        for s in range(g["sessions"]):
            at = self.z[5] + g["message_size"] * s
            self.b[at:at + 256] = reply_reserved(s)
        self.superblocks(superblock(g))

    def header(self, slot, h):
        self.b[self.z[1] + 256 * slot:self.z[1] + 256 * slot + 256] = h

    def prepare(self, slot, data):
        at = self.z[3] + self.g["message_size"] * slot
        self.b[at:at + len(data)] = data

    def entry(self, h, body=b""):
        slot = int.from_bytes(h[152:160], "little") % self.g["slot_count"]
        data = h + body
        self.header(slot, h)
        self.prepare(slot, data + bytes(-len(data) % self.g["io_unit"]))

    def superblocks(self, sb, copies=(0, 1, 2, 3)):
        for k in copies:
            at = self.z[2 * k]
            self.b[at:at + 16384] = with_copy(sb, k)

    def flip(self, at):
        self.b[at] ^= 0x40


def kv_put(key, value):
    event = bytearray(32)
    event[0] = 1
    put(event, 2, 2, len(key))
    put(event, 4, 4, len(value))
    data = key + value
    return (1).to_bytes(4, "little") + bytes(4) + bytes(event) + data + bytes(-len(data) % 8)


def few(n=5):
    """Started once: term 1, a noop, a register, then puts. Returns the file and its headers."""
    f = File()
    first = superblock(f.g)
    f.superblocks(superblock(f.g, sequence=2, parent=sum_of(first), virgin=0, term=1, log_term=1))
    heads, bodies = [ROOT], [b""]
    first_id = sum_of(empty_checkpoint(f.g))         # of checkpoint 0, which the second interval carries
    for op in range(1, n + 1):
        body = b"" if op < 3 else kv_put(b"key%d" % op, b"value" * op)
        bodies.append(body)
        heads.append(prepare(op, sum_of(heads[-1]), commit=op - 1, body=body,
                             operation=1 + op if op < 3 else 128,
                             client=0 if op == 1 else 77, session=2 if op > 2 else 0,
                             request=op - 2 if op > 2 else 0,
                             checkpoint_id=first_id if op > f.g["checkpoint_interval"] else 0))
        f.entry(heads[op], body)
    return f, heads, bodies


def samples():
    """name to (file, expectation): a part of the decision and of the slots by op."""
    out = {}
    out["fresh"] = File(), dict(head="0", end="blank", tail_start="1", faults=[])
    f, h, _ = few()
    out["few"] = f, dict(head="5", end="blank", tail_start="6", faults=[], commit_max="4",
                         cases={5: ("intact", "kept"), 6: ("blank", "blank"), 64: ("blank", "blank")})

    f, h, bodies = few()           # op 6: both blocks, header not written; op 7: half
    b6 = kv_put(b"six", b"6")
    h6 = prepare(6, sum_of(h[5]), commit=5, body=b6)
    f.prepare(6, h6 + b6)
    h7 = prepare(7, sum_of(h6), commit=5, body=bytes(2000))
    f.prepare(7, (h7 + b"\1" * 2000)[:1024])
    out["torn"] = f, dict(head="6", end="torn", tail_start="6", faults=[], commit_max="5",
                          cases={6: ("header-behind", "fixed"), 7: ("torn", "cut")})

    f, h, _ = few()                # op 3's body rots, op 4's header rots
    f.flip(f.z[3] + 4096 * 3 + 260)
    f.flip(f.z[1] + 256 * 4 + 100)
    out["prepare-corrupt"] = f, dict(head="2", faults=[("3", "prepare-corrupt")], cases={
        3: ("prepare-corrupt", "faulty"), 4: ("header-corrupt", "fixed"), 5: ("intact", "kept")})

    f, h, _ = few()                # both rings rot at the acknowledged head
    f.flip(f.z[1] + 256 * 5 + 100)
    f.flip(f.z[3] + 4096 * 5 + 100)
    out["head-undecidable"] = f, dict(head="4", end="vacant", tail_start="6", proven_op="4",
                                      faults=[("5", "head-undecidable")])

    f, h, _ = few()                # the same in the middle
    f.flip(f.z[1] + 256 * 3 + 100)
    f.flip(f.z[3] + 4096 * 3 + 100)
    out["entry-lost"] = f, dict(head="2", end="vacant", proven_op="5", faults=[("3", "entry-lost")])

    f, h, _ = few()                # cut at 4 in term 2: entry 5 of term 1 is void
    f.superblocks(superblock(f.g, sequence=3, parent=5, virgin=0, term=2, log_term=2,
                             cut=h[4], suffix=h[1:5]))
    n5 = prepare(5, sum_of(h[4]), term=2, commit=4, operation=2)
    out["void"] = f, dict(head="4", tail_start="5", faults=[], cases={5: ("blank", "blank")})
    f2 = copy.deepcopy(f)
    f2.entry(n5)
    out["void-replaced"] = f2, dict(head="5", faults=[], cases={5: ("intact", "kept")})

    f, h, _ = few()                # clean stop at 5, and rot there
    f.superblocks(superblock(f.g, sequence=3, parent=5, virgin=0, term=1, log_term=1,
                             clean=1, clean_head=h[5], commit_max=5))
    out["clean"] = f, dict(head="5", end="clean-stop", faults=[])
    f = copy.deepcopy(f)
    f.flip(f.z[1] + 256 * 5 + 100)
    f.flip(f.z[3] + 4096 * 5 + 100)
    out["clean-damaged"] = f, dict(head="4", faults=[("5", "entry-lost")])

    f, h, _ = few()                # rolled back superblock
    f.superblocks(superblock(f.g))
    out["rolled-back"] = f, dict(head="0", faults=[(str(i), "superblock-stale")
                                                   for i in range(1, 6)])

    f, h, _ = few()                # a full ring: 64 entries after the checkpoint
    f, h, _ = few(64)
    out["full"] = f, dict(head="64", end="full", tail_start=None, faults=[])

    for name, op, sum_ in (("interval-1", 6, sum_of(empty_checkpoint(SMALLEST))), ("interval-2", 41, 0)):
        f, h, _ = few(op - 1)      # an entry of the state of another checkpoint than its interval's
        f.entry(prepare(op, sum_of(h[-1]), commit=op - 1, operation=2, checkpoint_id=sum_))
        out["checkpoint-of-" + name] = f, dict(head=str(op - 1), faults=[(str(op), "chain-broken")])

    f, h, _ = few()                # a blank in both rings where the log is proven to go on
    f.header(3, placeholder(3, 3))
    f.prepare(3, placeholder(3, 3))
    out["lost-write"] = f, dict(head="2", tail_start="3", faults=[("3", "entry-lost")])

    f, h, _ = few()
    f.header(6, placeholder(6, 4))
    f.header(7, placeholder(7, 4))
    f.prepare(7, bytes(4096))
    out["vacated"] = f, dict(head="5", tail_start="6", faults=[], cases={
        6: ("vacated", "blank"), 7: ("vacated-torn", "cut")})

    f, h, _ = few()                # a chain that does not join
    alien = prepare(4, 12345, commit=3, body=b"x" * 8)
    f.entry(alien, b"x" * 8)
    out["chain-broken"] = f, dict(head="3", faults=[("4", "chain-broken"), ("5", "chain-broken")])
    f, h, _ = few()
    f.prepare(6, prepare(6, 999, commit=5))
    out["leftover"] = f, dict(head="5", end="unchained", faults=[],
                              cases={6: ("header-behind", "cut")})

    # superblocks
    f, h, _ = few()
    f.flip(0x3000)
    f.flip(f.z[2] + 30)
    out["two-copies-damaged"] = f, dict(head="5", states=[
        "damaged checksum-mismatch", "damaged magic-mismatch", "current", "current"], refused=None)
    f, h, _ = few()
    for k in range(3):
        f.flip(f.z[2 * k] + 500)
    out["quorum-lost"] = f, dict(refused="superblock-quorum-lost")
    f, h, _ = few()
    old = superblock(f.g, sequence=2, parent=sum_of(superblock(f.g)), virgin=0, term=1, log_term=1)
    f.superblocks(superblock(f.g, sequence=3, parent=sum_of(old), virgin=0, term=2, log_term=1), [0])
    out["update-begun"] = f, dict(head="5", refused=None, sequence="2")
    torn = copy.deepcopy(f)
    torn.flip(torn.z[2] + 500)
    torn.superblocks(superblock(torn.g), [3])
    out["update-torn"] = torn, dict(head="5", refused=None, sequence="2")
    f = copy.deepcopy(f)
    f.superblocks(superblock(f.g, sequence=3, parent=1, virgin=0, term=2, log_term=1), [0])
    out["not-linked"] = f, dict(refused="superblock-not-linked")
    f = copy.deepcopy(f)
    f.superblocks(superblock(f.g, sequence=4, parent=1, virgin=0, term=2, log_term=1), [0])
    out["copy-ahead"] = f, dict(refused="superblock-copy-ahead")
    f = copy.deepcopy(f)
    f.superblocks(superblock(f.g, sequence=2, parent=1, virgin=0, term=2, log_term=1), [0])
    out["fork"] = f, dict(refused="superblock-fork")
    f, h, _ = few()
    f.b[:16384] = with_copy(old, 2)
    out["misdirected"] = f, dict(head="5", states=["misdirected", "current", "current", "current"])
    f, h, _ = few()
    b = bytearray(old)
    put(b, 32, 4, 3)
    f.superblocks(seal(b, 24, 1))
    out["newer"] = f, dict(refused="format-newer", states=["newer version-unknown"])
    f, h, _ = few()
    b = bytearray(old)
    put(b, 400, 4, 2)
    b[163] = 9
    f.superblocks(seal(b, 24, 1), [1])
    out["invariants"] = f, dict(head="5", states=["current", "damaged invariant-broken", "current", "current"])
    f = File()
    f.superblocks(superblock(f.g, voters=3))
    out["several"] = f, dict(tail_start="1")
    f, h, _ = few()
    f.b = f.b[:3145728 + 5 * 4096]
    out["cut-short"] = f, dict(refused=None, faults=[("5", "prepare-corrupt")], head="4")
    out.update(borders(superblock_of_few=dict(sequence=2, parent=sum_of(superblock(SMALLEST)),
                                              virgin=0, term=1, log_term=1)))
    return out


def borders(superblock_of_few):
    """Where two rules of the page meet; each of these is decided by one word of it."""
    out = {}

    def field(**bytes_at):                           # a superblock of few() with bytes changed
        f, h, _ = few()
        b = bytearray(superblock(f.g, **superblock_of_few))
        for at, data in bytes_at.items():
            b[int(at[2:]):int(at[2:]) + len(data)] = data
        f.superblocks(seal(b, 24, 1))
        return f

    f, h, _ = few()                # an unknown header at the cut itself is no vacated one
    f.superblocks(superblock(f.g, **superblock_of_few, cut=h[5]))
    f.header(5, placeholder(5, 4))
    f.header(6, placeholder(6, 4))
    out["unknown-at-cut"] = f, dict(head="5", tail_start="6", faults=[], cases={
        5: ("header-corrupt", "fixed"), 6: ("vacated", "blank")})
    f, h, _ = few(64)              # proven beyond a full ring: the fault has no slot
    f.superblocks(superblock(f.g, **superblock_of_few, commit_max=70))
    out["full-and-on"] = f, dict(head="64", end="full", faults=[("65", "entry-lost")])
    f, h, _ = few()                # the cut speaks before the clean head
    other = prepare(5, sum_of(h[4]), commit=4, body=b"another")
    f.superblocks(superblock(f.g, **superblock_of_few, cut=h[5], clean=1, clean_head=other))
    out["cut-before-clean"] = copy.deepcopy(f), dict(head="5", end="clean-stop", faults=[])
    f.superblocks(superblock(f.g, **superblock_of_few, cut=other, clean=1, clean_head=h[5]))
    out["entry-unexpected"] = copy.deepcopy(f), dict(head="4", faults=[("5", "entry-unexpected")])
    f, h, _ = few()                # its commit falls
    f.entry(prepare(6, sum_of(h[5]), commit=3, operation=2))
    out["commit-falls"] = f, dict(head="5", faults=[("6", "chain-broken")])
    f, h, _ = few()                # its timestamp is the same
    f.entry(prepare(6, sum_of(h[5]), commit=5, operation=2, timestamp=1700000000000000005))
    out["timestamp-stays"] = f, dict(head="5", faults=[("6", "chain-broken")])
    f, h, _ = few()                # a leftover where the log is proven to have gone on
    f.superblocks(superblock(f.g, **superblock_of_few, commit_max=6))
    f.prepare(6, prepare(6, 999, commit=5))
    out["leftover-proven"] = f, dict(head="5", end="unchained", faults=[("6", "chain-broken")])
    f, h, _ = few()                # a vacant slot, and above it a prepare that may have been acknowledged
    f.flip(f.z[1] + 256 * 4 + 100)
    f.prepare(4, placeholder(4, 3))
    f.entry(prepare(5, sum_of(h[4]), commit=2))
    f.flip(f.z[1] + 256 * 5 + 100)
    out["hole-below-entry"] = f, dict(head="3", end="vacant", proven_op="5",
                                      faults=[("4", "entry-lost")], cases={5: ("header-corrupt", "fixed")})
    f, h, _ = few()                # no slot has such a number
    f.header(6, placeholder((1 << 32) + 6, 3))
    out["placeholder-high"] = f, dict(head="5", defects={6: "header-placeholder-empty"})
    f, h, _ = few()                # an unknown header in the prepare ring is damage
    f.prepare(6, placeholder(6, 4))
    out["unknown-in-prepares"] = f, dict(head="5", end="torn", cases={6: ("torn", "cut")})
    f, h, _ = few()                # a misdirected copy is a witness: of another history, here
    f.b[:16384] = with_copy(superblock(f.g, **{**superblock_of_few, "commit_max": 3}), 2)
    out["misdirected-witness"] = f, dict(refused="superblock-fork")
    f, h, _ = few()                # two newer copies outrank two old ones
    b = bytearray(superblock(f.g, **superblock_of_few))
    put(b, 32, 4, 3)
    f.superblocks(seal(b, 24, 1), [0, 1])
    out["newer-twice"] = f, dict(refused="format-newer")
    for name, f, broken in (
            ("quorum-zero", field(at163=b"\0"), ["quorum-range"]),
            ("no-voter", field(at161=b"\0\1"), ["member-list"]),
            ("clean-neither", field(at166=b"\2", at304=b"\5"), ["superblock-flags"]),
            ("clean-op-unclean", field(at304=b"\xff" * 8), ["clean-head"])):
        out[name] = f, dict(refused="superblock-not-found", broken=broken)
    for name, version in (("version-zero", 0), ("version-one", 1)):
        out[name] = field(at32=version.to_bytes(4, "little")), dict(
            refused="superblock-not-found", states=["damaged version-unknown"])
    least, small = (41).to_bytes(8, "little"), (40).to_bytes(8, "little")
    out["grid-least"] = field(at208=least), dict(head="5", refused=None)
    for name, f, broken in (
            ("grid-too-small", field(at208=small), ["geometry-grid-blocks"]),
            ("interval-is-headroom", field(at192=b"\x08\0\0\0"), ["geometry-interval"]),
            ("grid-not-asked", field(at208=small, at200=bytes(4)), ["geometry-sessions"])):
        out[name] = f, dict(refused="superblock-not-found", broken=broken)
    return out


def run(*args):
    p = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__) or ".", "reader.py"),
                        *args], capture_output=True, text=True)
    if p.returncode not in (0, 2) or p.stderr:
        raise SystemExit("crash: %s\n%s" % (args, p.stderr))
    return json.loads(p.stdout)


def main(directory):
    os.makedirs(directory, exist_ok=True)
    bad = 0

    def check(what, got, want):
        nonlocal bad
        if got != want:
            bad += 1
            print("WRONG %s: %r, not %r" % (what, got, want))

    for what, got, want in (                       # the structures of Test vectors
            ("root header", sum_of(ROOT), "4bec793d7ec578088966e02b8538bdb3"),
            ("reserved", sum_of(placeholder(1, 3)), "b8f806f38f7096ff10d627c9fa3c50d0"),
            ("unknown", sum_of(placeholder(1, 4)), "96fc9fba94ee18b9f3d78e19786eece3"),
            ("reply-reserved", sum_of(reply_reserved(1)), "b1592bddd445bb9558c35a7aae26cb50"),
            ("member 0", member(0), "c64f33024b83275ac95e1ec33084284d"),
            ("member 1", member(1), "16b344193fe99bc7daf10fd4dbde6bc8"),
            ("checkpoint", sum_of(superblock(DEFAULT)[1024:]), "dd6a1589aedca8b6aadcb114c7f9db4e"),
            ("superblock", sum_of(superblock(DEFAULT)), "8b4cd455cae90065a12085d95839ea33")):
        check(what, "%032x" % got, want)

    for name, (f, want) in samples().items():
        path = os.path.join(directory, name + ".gz")
        with gzip.GzipFile(path, "wb", 1, mtime=0) as z:
            z.write(f.b)
        s, w = run("superblocks", path), run("wal", path)
        d = w["decision"]
        for key, value in want.items():
            if key == "head":
                check(name + " head", d["head"]["op"], value)
            elif key == "faults":
                check(name + " faults", [(x["op"], x["fault"]) for x in d["faults"]], value)
            elif key == "cases":
                got = {int(x["op"]): (x["case"], x["disposition"]) for x in w["slots"]}
                for op, pair in value.items():
                    check("%s op %d" % (name, op), got[op], pair)
            elif key == "states":
                got = [" ".join(filter(None, (x["state"], x["defect"]))) for x in s["homes"]]
                check(name + " states", got[:len(value)], value)
            elif key == "defects":
                got = {int(x["op"]): x["header"]["defect"] for x in w["slots"]}
                for op, defect in value.items():
                    check("%s op %d defect" % (name, op), got[op], defect)
            elif key == "broken":
                check(name + " broken", s["homes"][0]["broken"], value)
            elif key == "refused":
                check(name + " refused", s["refused"], value)
            elif key == "sequence":
                check(name + " sequence", s["chosen"]["sequence"], value)
            else:
                check(name + " " + key, d[key], value)
    print("%d samples, %d wrong" % (len(samples()), bad))
    return bad != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
