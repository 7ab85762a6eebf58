#!/usr/bin/env python3
"""Writes data files with a checkpoint from mkraft-data-file(5), byte by byte, for reader.py.

    make_grid.py DIRECTORY     writes the samples and checks what `reader.py state` says of them

The checkpoint is number 10, at op 400: a tree of three levels with a value in two blocks, sets that need two blocks each, a
table of sessions in which a record lies across two blocks, and a log that has wrapped and moves some sessions on. Then one
thing after the other is made wrong. Takes only checksum() from the reader; every offset is written here again.
"""
import hashlib
import os
import sys

import make_sample as m
from make_sample import CLUSTER, RELEASE, checksum, put, seal, sum_of

# 126 records of 128 bytes are 16128; a block of a chain holds 16384 - 288 = 16096.
GEOMETRY = dict(io_unit=4096, slot_count=64, message_size=65536, pipeline=8, checkpoint_interval=40, headroom=8,
                sessions=126, block_size=16384, grid_blocks_max=200000)
INTERVAL, NUMBER, OP, HEAD = 40, 10, 400, 406
# Word 2012, the 2013th, is in the second block: a block of a set holds 2012 words. The highest address is the last.
HIGH = 2012 * 64 + 5
LONG = bytes(i * 7 % 256 for i in range(20000))      # 16128 bytes and 3872
TREE_BLOCKS = dict(leaf0=1, leaf1=2, leaf2=3, leaf3=4, inner0=5, inner1=6, root=7, value0=8, value1=9)
RELEASED = [10, 11, 12, HIGH]
TRAILERS = dict(acquired0=13, acquired1=14, released0=15, released1=16, sessions0=17, sessions1=18)


def reference(block, address, extent=0):
    return block[:16] + address.to_bytes(8, "little") + extent.to_bytes(8, "little")


NONE = bytes(32)


def entry(key, form, value_size, payload):
    return len(key).to_bytes(2, "little") + bytes([form, 0]) + value_size.to_bytes(4, "little") + key + payload


def inline(key, value):
    return entry(key, 0, len(value), value)


def node(level, entries):
    ends, at = b"", 0
    for e in entries:
        at += len(e)
        ends += at.to_bytes(4, "little")
    return level.to_bytes(4, "little") + len(entries).to_bytes(4, "little") + ends + b"".join(entries)


def set_contents(addresses):
    words = bytearray(8 * ((max(addresses, default=0) + 63) // 64))
    for a in addresses:
        words[(a - 1) // 8] |= 1 << (a - 1) % 8
    return bytes(words)


class Checkpoint:
    """A checkpoint in the making. Whatever has a name can be changed by `tweak`, a dict from names to functions."""

    def __init__(self, tweak=None):
        self.tweak = tweak or {}
        self.used = set()
        self.blocks = {}                             # address to bytes
        self.sections()

    def change(self, name, value):
        if name not in self.tweak:
            return value
        self.used.add(name)
        return self.tweak[name](value)

    def block(self, name, kind, contents, birth):
        """A block under its name in the tables above; its fields, contents and bytes can be changed."""
        address = {**TREE_BLOCKS, **TRAILERS}[name]
        f = self.change(name + " fields", dict(cluster=CLUSTER, address=address, birth=birth, type=kind, size=None,
                                               nonce=0, reserved=0))
        contents = self.change(name, contents)
        b = bytearray(256) + contents
        put(b, 16, 16, f["cluster"])
        put(b, 32, 16, f["nonce"])
        put(b, 64, 8, f["address"])
        put(b, 72, 8, f["birth"])
        put(b, 80, 4, len(b) if f["size"] is None else f["size"])
        put(b, 84, 4, RELEASE)
        b[88], b[89], b[255] = 9, f["type"], f["reserved"]
        place = b + b"\xEE" * (16384 - len(b))       # what lies behind the contents has no meaning
        put(place, 0, 16, checksum(bytes(place[16:int.from_bytes(place[80:84], "little")]), 9))
        self.blocks[address] = bytes(place)
        return bytes(place)

    def chain(self, name, kind, contents):
        """Two blocks, the last first. Returns the reference to the first."""
        full = self.change(name + " full", 16096)
        first, rest = contents[:full], contents[full:]
        after = NONE
        if rest:
            block = self.block(name + "1", kind, self.change(name + " last next", NONE) + rest, NUMBER)
            after = reference(block, TRAILERS[name + "1"], len(rest))
        after = self.change(name + " next", after)
        block = self.block(name + "0", kind, after + first, NUMBER)
        return self.change(name + " reference", reference(block, TRAILERS[name + "0"], len(contents)))

    def tree(self):
        values = []
        for i, (at, birth) in enumerate(((0, 9), (16128, 10))):
            piece = LONG[at:at + 16128]
            block = self.block("value%d" % i, 5, piece, birth)
            values.append(reference(block, TREE_BLOCKS["value%d" % i], len(piece)))
        values = b"".join(self.change("values", values))
        leaves = [
            [inline(b"a", b"1"), inline(b"aa", b"")],
            [inline(b"b", b"x" * 4017)],             # 12 + 1 + 4017 = 4030, a quarter of 16384 - 264
            [inline(b"m", b"3"), entry(b"n", 1, len(LONG), values), inline(b"o", b"5")],
            [inline(b"x\xff", b"6")]]
        refs = []
        for i, entries in enumerate(leaves):
            block = self.block("leaf%d" % i, 1, node(0, self.change("leaf%d entries" % i, entries)), 1 + 3 * i)
            refs.append(self.change("leaf%d reference" % i, reference(block, TREE_BLOCKS["leaf%d" % i])))
        inner = []
        for i, second in enumerate((b"b", b"x")):
            entries = [entry(b"", 2, 32, refs[2 * i]), entry(second, 2, 32, refs[2 * i + 1])]
            block = self.block("inner%d" % i, 2, node(1, self.change("inner%d entries" % i, entries)), 10)
            inner.append(reference(block, TREE_BLOCKS["inner%d" % i]))
        entries = [entry(b"", 2, 32, inner[0]), entry(b"m", 2, 32, inner[1])]
        block = self.block("root", 2, node(2, self.change("root entries", entries)), 10)
        return self.change("root reference", reference(block, TREE_BLOCKS["root"]))

    def reply(self, i):
        """The reply recorded for session i: to its register, or of every third session to its first request."""
        wrote = i % 3 == 0
        return reply(client=1000 + i, session=1 + i, request=int(wrote), op=200 + i if wrote else 1 + i,
                     operation=128 if wrote else 3, body=RESULT if wrote else b"")

    def records(self):
        out = []
        for i in range(126):
            header = self.reply(i)[:256]
            r = bytearray(128)
            put(r, 0, 16, 1000 + i)
            r[16:32] = header[64:80]
            r[32:48] = header[:16]
            r[48:56], r[56:64], r[64:72], r[72:80] = header[120:128], header[128:136], header[112:120], header[136:144]
            r[80:84], r[84] = header[144:148], header[153]
            out.append(bytes(r))
        return out

    def sections(self):
        self.root = self.tree()
        table = b"".join(self.change("records", self.records()))
        sessions = self.chain("sessions", 4, table)
        words = self.change("released words", set_contents(self.change("released set", RELEASED)))
        released = self.chain("released", 3, words)
        everything = list(TREE_BLOCKS.values()) + RELEASED + list(TRAILERS.values())
        words = self.change("acquired words", set_contents(self.change("acquired set", everything)))
        acquired = self.chain("acquired", 3, words)
        self.last = prepares()[OP]
        b = bytearray(512)
        put(b, 16, 8, self.change("storage_size", m.layout(GEOMETRY)[7] + 16384 * HIGH))
        put(b, 32, 16, BEFORE)
        put(b, 48, 4, RELEASE)
        counts = self.change("counts", dict(height=3, pairs=7, leaves=4, inner=3, values=2))
        put(b, 52, 4, counts["height"])
        put(b, 56, 8, counts["pairs"])
        b[64:192] = self.root + acquired + released + sessions
        put(b, 192, 8, counts["leaves"])
        put(b, 200, 8, counts["inner"])
        put(b, 208, 8, counts["values"])
        b[256:512] = self.last
        put(b, 0, 16, checksum(bytes(b[32:]), 12))
        self.section = bytes(b)


RESULT = (1).to_bytes(4, "little") + bytes(4) + bytes(16)        # one result, ok, without bytes
BEFORE = 0x99                                        # id of checkpoint 9, which the entries of interval 11 carry
BEFORE_THAT = 0x88                                   # of checkpoint 8, which those of interval 10 carry


def reply(client, session, request, op, operation, body=b""):
    h = bytearray(256)
    put(h, 16, 16, checksum(body, 8))
    put(h, 32, 16, CLUSTER)
    put(h, 48, 16, client)
    put(h, 64, 16, request_sum(op))
    put(h, 112, 8, op)
    put(h, 120, 8, session)
    put(h, 128, 8, request)
    put(h, 136, 8, 1700000000000000000 + op)
    put(h, 144, 4, 256 + len(body))
    put(h, 148, 4, RELEASE)
    h[152], h[153] = 6, operation
    return seal(h, 16, 6) + body


def request_sum(op):
    return 0xABC0000 + op


# What stands above the checkpoint: a request of client 1003; a register of client 1004, which keeps its slot; one of a
# stranger, who takes the slot of the session with the lowest last op; a request of a session that is not open any more, and
# one that was executed already, which change nothing; a no-op.
# Sessions 0, 3, 6 ... were last at op 200 and above, and 1 at op 2, the lowest: slot 1 is evicted.
ABOVE = {401: dict(client=1003, session=4, request=2), 402: dict(client=1004, operation=3),
         403: dict(client=5555, operation=3), 404: dict(client=1005, session=7, request=9),
         405: dict(client=1006, session=7, request=1), 406: dict(operation=2)}


def prepares(made={}):
    """op to header, of all that the ring holds: ops 343 to 406. The chain begins somewhere."""
    if made:
        return made
    parent = 0x1234
    for op in range(343, HEAD + 1):
        sums = {10: BEFORE_THAT, 11: BEFORE}[(op - 1) // INTERVAL + 1] if op > 360 else 0x77
        fields = ABOVE.get(op, dict(operation=2))
        body = b"" if fields.get("operation") in (2, 3) else m.kv_put(b"k", b"v")
        asked = request_sum(op) if "client" in fields else 0
        made[op] = m.prepare(op, parent, commit=op - 1, body=body, checkpoint_id=sums, request_checksum=asked,
                             **fields)
        parent = sum_of(made[op])
    return made


class GridFile:
    """A file with holes: what is not written is zero."""

    def __init__(self, checkpoint, replies=None):
        self.parts, self.z = {}, m.layout(GEOMETRY)
        self.length = self.z[7] + 16384 * (HIGH + 3)             # three blocks reserved for growth
        for op, h in prepares().items():
            body = m.kv_put(b"k", b"v") if h[209] == 128 else b""
            data = h + body
            self.parts[self.z[1] + 256 * (op % 64)] = h
            self.parts[self.z[3] + 65536 * (op % 64)] = data
        for i in range(126):
            self.parts[self.reply_at(i)] = checkpoint.reply(i)
        for slot, data in (replies or {}).items():
            self.parts[self.reply_at(slot)] = data
        for address, block in checkpoint.blocks.items():
            self.parts[self.block_at(address)] = block
        self.parts[self.block_at(10)] = b"\xDD" * 16384          # released, and written over since
        self.parts[self.block_at(40)] = b"\xDD" * 16384          # free
        head = prepares()[OP]
        sb = m.superblock(GEOMETRY, sequence=12, parent=5, virgin=0, term=1, log_term=1, commit_max=OP, cut=head,
                          section=checkpoint.section)
        for k in range(4):
            self.parts[self.z[2 * k]] = m.with_copy(sb, k)

    def reply_at(self, slot):
        return self.z[5] + 65536 * slot

    def block_at(self, address):
        return self.z[7] + 16384 * (address - 1)

    def write(self, path):
        with open(path, "wb") as out:
            for at in sorted(self.parts):
                out.seek(at)
                out.write(self.parts[at])
            out.truncate(self.length)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1:]


def tweaks():
    """name to (what is changed, findings as (name, where)). Each is one thing wrong, resealed upwards."""
    T, C = TREE_BLOCKS, TRAILERS
    out = {"sound": ({}, [])}

    def fields(block, **values):
        return {block + " fields": lambda f: {**f, **values}}

    def leaf(i, change):
        return {"leaf%d entries" % i: change}

    # A block by itself and by its place.
    for block in ("leaf2", "inner1", "value1", "sessions1"):
        at = {**T, **C}[block]
        out[block + "-cluster"] = fields(block, cluster=7), [("block-cluster", at)]
        out[block + "-address"] = fields(block, address=99), [("block-address", at)]
        out[block + "-no-type"] = fields(block, type=6), [("block-type", at)]
        out[block + "-other-type"] = fields(block, type=3), [("block-type", at)]
        out[block + "-birth-0"] = fields(block, birth=0), [("block-birth", at)]
        out[block + "-birth-11"] = fields(block, birth=11), [("block-birth", at)]
        out[block + "-nonce"] = fields(block, nonce=1), [("block-reserved-zero", at)]
        out[block + "-reserved"] = fields(block, reserved=1), [("block-reserved-zero", at)]
    out["released0-birth-9"] = fields("released0", birth=9), [("block-birth", C["released0"])]
    out["leaf0-birth-1"] = fields("leaf0", birth=1), []
    out["leaf2-as-inner"] = fields("leaf2", type=2), [("tree-node-shape", T["leaf2"])]
    out["leaf2-short-size"] = fields("leaf2", size=263), [("tree-node-shape", T["leaf2"])]
    out["value1-longer"] = {"value1": lambda c: c + b"!"}, [("tree-node-entry", T["leaf2"])]
    # Nodes.
    out["leaf2-order"] = leaf(2, lambda e: [e[1], e[0], e[2]]), [("tree-node-order", T["leaf2"])]
    out["leaf2-twice"] = leaf(2, lambda e: [e[0], e[0], e[1], e[2]]), [("tree-node-order", T["leaf2"])]
    out["leaf0-empty-key"] = leaf(0, lambda e: [inline(b"", b"1")] + e[1:]), [("tree-node-order", T["leaf0"])]
    out["leaf0-empty"] = leaf(0, lambda e: []), [("tree-node-shape", T["leaf0"])]
    out["leaf0-upper"] = leaf(0, lambda e: e + [inline(b"b", b"")]), [("tree-node-bounds", T["leaf0"])]
    out["leaf1-lower"] = leaf(1, lambda e: [inline(b"ab", b"")] + e), [("tree-node-bounds", T["leaf1"])]
    out["leaf1-upper"] = leaf(1, lambda e: e + [inline(b"m", b"")]), [("tree-node-bounds", T["leaf1"])]
    out["leaf2-lower"] = leaf(2, lambda e: [inline(b"lzz", b"")] + e), [("tree-node-bounds", T["leaf2"])]
    out["leaf1-not-inline"] = leaf(1, lambda e: [inline(b"b", b"x" * 4018)]), [("tree-node-entry", T["leaf1"])]
    out["leaf0-form"] = leaf(0, lambda e: [entry(b"a", 3, 1, b"1")] + e[1:]), [("tree-node-entry", T["leaf0"])]
    out["leaf0-reserved"] = leaf(0, lambda e: [e[0][:3] + b"\1" + e[0][4:]] + e[1:]), [("tree-node-entry", T["leaf0"])]
    out["leaf0-in-blocks"] = leaf(0, lambda e: [entry(b"a", 1, 1, reference(b"\1" * 16, 8, 1))] + e[1:]), [
        ("tree-node-entry", T["leaf0"])]
    out["leaf0-child"] = leaf(0, lambda e: [entry(b"a", 2, 32, bytes(32))]), [("tree-node-entry", T["leaf0"])]
    out["leaf0-padded"] = {"leaf0": lambda c: c + b"\0"}, [("tree-node-shape", T["leaf0"])]
    out["values-swapped"] = {"values": lambda v: v[::-1]}, [("tree-node-entry", T["leaf2"])]
    out["value-beyond"] = {"values": lambda v: [v[0][:16] + (HIGH + 1).to_bytes(8, "little") + v[0][24:], v[1]]}, [
        ("tree-node-entry", T["leaf2"])]
    out["leaf3-extent"] = {"leaf3 reference": lambda r: r[:24] + b"\1" + r[25:]}, [("tree-node-entry", T["inner1"])]
    out["leaf3-none"] = {"leaf3 reference": lambda r: NONE}, [("tree-node-entry", T["inner1"])]
    out["leaf3-beyond"] = {"leaf3 reference": lambda r: r[:16] + (HIGH + 1).to_bytes(8, "little") + r[24:]}, [
        ("tree-node-entry", T["inner1"])]
    out["leaf3-other-sum"] = {"leaf3 reference": lambda r: flipped(r, 3)}, [("other-contents", T["leaf3"])]
    out["inner0-first-key"] = {"inner0 entries": lambda e: [entry(b"a", 2, 32, e[0][8:])] + e[1:]}, [
        ("tree-node-order", T["inner0"])]
    out["inner1-key-below"] = {"inner1 entries": lambda e: [e[0], entry(b"l", 2, 32, e[1][9:])]}, [
        ("tree-node-bounds", T["inner1"])]
    out["root-is-level-1"] = {"root": lambda c: (1).to_bytes(4, "little") + c[4:]}, [("tree-node-shape", T["root"])]
    # Two ways to one leaf, whose keys cannot lie in both; and two values in the same blocks, which are not read again.
    out["leaf1-twice"] = {"inner0 entries": lambda e: [entry(b"", 2, 32, e[1][9:]), e[1]]}, [
        ("tree-node-bounds", T["leaf1"])]
    out["values-twice"] = leaf(2, lambda e: e[:2] + [entry(b"nn", 1, len(LONG), e[1][9:])] + e[2:]), [
        ("sets-disjoint", "8-9")]
    # Counts.
    for name, change in (("pairs", dict(pairs=8)), ("leaves", dict(leaves=3)), ("inner", dict(inner=4)),
                         ("values", dict(values=0))):
        out["count-" + name] = {"counts": lambda c, x=change: {**c, **x}}, [("tree-counts", None)]
    out["height-4"] = {"counts": lambda c: {**c, "height": 4}}, [("tree-node-shape", T["root"])]
    out["height-0"] = {"counts": lambda c: {**c, "height": 0}}, [("tree-counts", T["root"])]
    out["no-root"] = {"root reference": lambda r: NONE}, [("tree-counts", 0)]
    # Chains and sets.
    out["released-next-longer"] = {"released next": lambda r: r[:24] + (7).to_bytes(8, "little")}, [
        ("chain-shape", C["released0"])]
    out["released-next-none"] = {"released next": lambda r: NONE}, [("chain-shape", C["released0"])]
    out["released-next-nowhere"] = {"released next": lambda r: r[:16] + bytes(8) + r[24:]}, [
        ("chain-shape", C["released0"])]
    out["released-next-beyond"] = {"released next": lambda r: r[:16] + (HIGH + 1).to_bytes(8, "little") + r[24:]}, [
        ("chain-shape", HIGH + 1)]
    out["released-goes-on"] = {"released last next": lambda r: b"\1" * 32}, [("chain-shape", C["released1"])]
    out["sessions-empty-block"] = {"sessions1": lambda c: c[:32]}, [("chain-shape", C["sessions1"])]
    out["sessions-too-long"] = {"records": lambda r: r + [bytes(128)]}, [("chain-shape", C["sessions0"])]
    out["released-more"] = {"released set": lambda s: s + [HIGH - 320], "acquired set": lambda s: s + [HIGH - 320]}, []
    out["released-beyond"] = {"released set": lambda s: s + [HIGH + 1]}, [("block-set-shape", C["released0"])]
    out["acquired-last-word-0"] = {"acquired words": lambda w: w[:-8] + bytes(8)}, [("block-set-shape", C["acquired0"])]
    # The last word has a bit in its first byte only.
    out["acquired-half-word"] = {"acquired words": lambda w: w[:-4]}, [("block-set-shape", C["acquired0"])]
    out["released-word-0"] = {"released words": lambda w: w + bytes(8)}, [("block-set-shape", C["released0"])]
    out["released-empty"] = {"released set": lambda s: []}, [("chain-shape", C["released0"])]
    out["released-not-full"] = {"released full": lambda n: n - 8}, [("chain-shape", C["released0"])]
    out["acquired-lower"] = {"acquired set": lambda s: [a - (a == HIGH) for a in s]}, [("block-set-shape", C["acquired0"])]
    out["acquired-higher"] = {"acquired set": lambda s: s + [HIGH + 1]}, [("block-set-shape", C["acquired0"])]
    out["storage-longer"] = {"storage_size": lambda n: n + 16384}, [("block-set-shape", C["acquired0"])]
    for name, change, wrong in (
            ("acquired-more", {"acquired set": lambda s: s + [20]}, "20"),
            ("acquired-less", {"acquired set": lambda s: [a for a in s if a != 4]}, "4"),
            ("released-less", {"released set": lambda s: [a for a in s if a != 11]}, "11"),
            ("released-reachable", {"released set": lambda s: s + [2]}, "2"),
            ("released-trailer", {"released set": lambda s: s + [17]}, "17"),
            ("released-free", {"released set": lambda s: s + [19]}, "19")):
        out[name] = change, [("sets-disjoint", wrong)]
    # Sessions. Byte 48 is session, 64 op, 80 reply_size, 85 reserved.
    for name, at, data in (("client-0", 0, bytes(16)), ("client-twice", 0, (1007).to_bytes(16, "little")),
                           ("session-0", 48, bytes(8)), ("session-above-op", 48, (300).to_bytes(8, "little")),
                           ("op-above", 64, (401).to_bytes(8, "little")), ("size-255", 80, (255).to_bytes(4, "little")),
                           ("size-large", 80, (65537).to_bytes(4, "little")), ("reserved", 85, b"\1"),
                           ("reserved-last", 127, b"\1")):
        out["record-" + name] = {"records": lambda r, a=at, d=data: r[:125] + [r[125][:a] + d + r[125][a + len(d):]]}, [
            ("session-record", C["sessions0"])]
    out["record-half"] = {"records": lambda r: r[:125] + [r[125][:64]]}, [("session-record", C["sessions0"])]
    return out


def replies():
    """name to (replies by slot, findings, states by slot)."""
    base = Checkpoint()
    moved = {3: "remade", 4: "remade", 1: "remade", 5: "recorded", 6: "recorded", 125: "recorded"}
    newer = reply(client=1003, session=4, request=2, op=401, operation=128, body=RESULT)
    blank = m.reply_reserved
    out = {
        "as-recorded": ({}, [], moved),
        "newer": ({3: newer}, [], moved),
        "newer-damaged": ({3: flipped(newer, 300 - 40)}, [], moved),
        "moved-blank": ({1: blank(1), 3: bytes(256), 4: b"\xFF" * 256}, [], moved),
        "lost-header": ({5: flipped(base.reply(5), 100)}, [("reply-lost", 5)], {5: "lost"}),
        "lost-body": ({6: flipped(base.reply(6), 257)}, [("reply-lost", 6)], {6: "lost"}),
        "lost-blank": ({125: blank(125)}, [("reply-lost", 125)], {125: "lost"}),
        "lost-older": ({6: reply(client=1006, session=7, request=0, op=7, operation=3)}, [("reply-lost", 6)], {6: "lost"}),
        "lost-another": ({5: base.reply(8)}, [("reply-lost", 5)], {5: "lost"}),
        # A newer reply that is in the log, but went to the slot of another session: the one that stood there is lost.
        "misdirected": ({6: newer}, [("reply-lost", 6), ("reply-session", 6)], {6: "lost"}),
        "not-in-log": ({3: reply(client=1003, session=4, request=3, op=404, operation=128, body=RESULT)},
                       [("reply-session", 3)], moved),
        # The log ends at op 406.
        "ahead": ({3: reply(client=1003, session=4, request=4, op=407, operation=128, body=RESULT)},
                  [("reply-ahead", 3), ("reply-session", 3)], moved),
        "ahead-damaged": ({4: flipped(reply(client=1003, session=4, request=4, op=407, operation=128, body=RESULT), 300 - 40)},
                          [("reply-ahead", 4)], {4: "remade"}),
        "ahead-instead": ({5: reply(client=1005, session=6, request=9, op=410, operation=128, body=RESULT)},
                          [("reply-ahead", 5), ("reply-lost", 5), ("reply-session", 5)], {5: "lost"}),
    }
    return out


def findings(state):
    return sorted((f["name"], f.get("slot", f.get("blocks", f.get("block")))) for f in state["findings"])


def main(directory):
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "grid")
    bad = count = 0

    def check(what, got, want):
        nonlocal bad
        if got != want:
            bad += 1
            print("WRONG %s: %r, not %r" % (what, got, want))

    def state_of(what, file, want):
        nonlocal count
        count += 1
        file.write(path)
        state = m.run("state", path)
        check(what, findings(state), sorted((name, None if at is None else str(at)) for name, at in want))
        check(what + " refused", state["refused"], None)
        check(what + " id", state["checkpoint"]["id"], state["checkpoint"]["id_computed"])
        return state

    for name, (tweak, want) in tweaks().items():
        checkpoint = Checkpoint(tweak)
        check(name + " is changed", checkpoint.used, set(tweak))
        state = state_of(name, GridFile(checkpoint), want)
        if name == "sound":
            check_sound(state, check, path)
    for name, (slots, want, states) in replies().items():
        state = state_of("reply " + name, GridFile(Checkpoint(), slots), want)
        check("reply %s states" % name, {s: state["replies"][s]["state"] for s in states}, states)
    for name, at, change, want in rot():
        file = GridFile(Checkpoint())
        place = file.block_at(at)
        file.parts[place] = change(file.parts[place])
        state_of("rot " + name, file, want)
    file = GridFile(Checkpoint())
    file.length = file.block_at(18)                  # the last block is gone, and the second one of the table with it
    for at in [at for at in file.parts if at >= file.length]:
        del file.parts[at]
    state_of("cut short", file, [("beyond-end", 18)])
    os.remove(path)
    print("%d checkpoints, %d wrong" % (count, bad))
    return bad != 0


def rot():
    """A block changed where it lies, its referrer unchanged."""
    old = Checkpoint({"leaf0 entries": lambda e: [inline(b"a", b"0")]}).blocks[1]
    good = Checkpoint().blocks
    return [
        ("bit", 3, lambda b: flipped(b, 280), [("checksum-mismatch", 3)]),
        ("kind", 3, lambda b: b[:88] + b"\x08" + b[89:], [("kind-unknown", 3)]),
        ("zeroed", 8, lambda b: bytes(16384), [("all-zero", 8)]),
        ("size", 8, lambda b: b[:80] + b"\xff" * 4 + b[84:], [("checksum-mismatch", 8)]),
        ("older", 1, lambda b: old, [("other-contents", 1)]),
        ("misdirected", 2, lambda b: good[1], [("block-address", 2)]),
        ("behind the contents", 1, lambda b: b[:16383] + b"\0", []),
        ("a released block", 10, lambda b: bytes(16384), []),
        ("a free block", 40, lambda b: good[1], []),
        ("acquired", 14, lambda b: flipped(b, 290), [("checksum-mismatch", 14)]),
        ("sessions", 17, lambda b: flipped(b, 290), [("checksum-mismatch", 17)]),
    ]


def check_sound(state, check, path):
    check("acquired", state["acquired"], {"count": "19", "addresses": ["1-18", str(HIGH)]})
    check("released", state["released"], {"count": "4", "addresses": ["10-12", str(HIGH)]})
    check("trailers", state["trailers"], {"count": "6", "addresses": ["13-18"]})
    check("reachable", state["reachable"], {"count": "9", "addresses": ["1-9"]})
    check("number", state["checkpoint"]["number"], "10")
    check("sessions", len(state["sessions"]), 126)
    # Record 125 begins at byte 16000 of the table, and so ends in the second block, 32 bytes into it.
    check("last session", {k: state["sessions"][125][k] for k in ("client", "session", "op", "request")},
          {"client": "%032x" % 1125, "session": "126", "op": "126", "request": "0"})
    pairs = [(b"a", b"1"), (b"aa", b""), (b"b", b"x" * 4017), (b"m", b"3"), (b"n", LONG), (b"o", b"5"), (b"x\xff", b"6")]
    whole = b"".join(len(k).to_bytes(2, "little") + k + len(v).to_bytes(4, "little") + v for k, v in pairs)
    check("tree", state["tree"], {
        "height": 3, "pair_count": "7", "leaf_count": "4", "inner_count": "3", "value_block_count": "2",
        "sha256": hashlib.sha256(whole).hexdigest()})
    log = m.run("wal", path)
    check("head", (log["decision"]["head"]["op"], log["decision"]["faults"]), ("406", []))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
