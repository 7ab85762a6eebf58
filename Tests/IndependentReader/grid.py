"""The grid and the replies, as mkraft-data-file(5) describes them: part of the independent reader.

Written from the page alone, like reader.py, from which it takes the medium, the tables and checksum().
"""
import hashlib
import json

from reader import (HEADER, KINDS, PREPARE_HEADER, REFERENCE, _id, checksum, decode,
                    reserved_zero, show)

BLOCK_HEADER = [
    ("checksum", 0, 16), ("cluster", 16, 16), ("nonce", 32, 16), ("tag", 48, 16),
    ("address", 64, 8), ("birth", 72, 8), ("size", 80, 4), ("release", 84, 4), ("kind", 88, 1),
    ("type", 89, 1), ("reserved", 90, 166)]
SESSION_RECORD = [
    ("client", 0, 16), ("request_checksum", 16, 16), ("reply_checksum", 32, 16),
    ("session", 48, 8), ("request", 56, 8), ("op", 64, 8), ("timestamp", 72, 8),
    ("reply_size", 80, 4), ("operation", 84, 1), ("reserved", 85, 43)]
REPLY_HEADER = [
    ("checksum", 0, 16), ("body_checksum", 16, 16), ("cluster", 32, 16), ("client", 48, 16),
    ("request_checksum", 64, 16), ("nonce", 80, 16), ("tag", 96, 16), ("op", 112, 8),
    ("session", 120, 8), ("request", 128, 8), ("timestamp", 136, 8), ("size", 144, 4),
    ("release", 148, 4), ("kind", 152, 1), ("operation", 153, 1), ("reserved", 154, 102)]
LEAF, INNER, SET, TABLE, VALUE = 1, 2, 3, 4, 5
NEXT, CHAIN, NODE, ENTRY, RECORD = 256, 288, 264, 8, 128
REGISTER, KV = 3, 128
REPLY, REPLY_RESERVED = 6, 7


def judge_block(raw, address, cluster):
    """Name of the first defect of a block by itself and by its place, or None; and its header."""
    if not any(raw):
        return "all-zero", None
    h = decode(BLOCK_HEADER, raw[:HEADER])
    if h["kind"] != KINDS["block"]:
        return "kind-unknown", h
    fits = HEADER <= h["size"] <= len(raw)
    if checksum(raw[16:h["size"] if fits else len(raw)], KINDS["block"]) != h["checksum"]:
        return "checksum-mismatch", h
    if not fits:
        return "block-size", h
    if not LEAF <= h["type"] <= VALUE:
        return "block-type", h
    if not reserved_zero(BLOCK_HEADER, raw, ("nonce", "tag", "reserved")):
        return "block-reserved-zero", h
    if h["cluster"] != cluster:
        return "block-cluster", h
    if h["address"] != address:
        return "block-address", h
    return None, h


def judge_reply(raw, body_of, message_size):
    """Name of the first defect of a reply slot, or None; body_of(size) gives (bytes, error)."""
    if not any(raw):
        return "all-zero"
    kind = raw[152]
    if kind not in (REPLY, REPLY_RESERVED):
        return "kind-unknown"
    if checksum(raw[16:], kind) != _id(raw, 0):
        return "checksum-mismatch"
    h = decode(REPLY_HEADER, raw)
    if not reserved_zero(REPLY_HEADER, raw, ("nonce", "tag", "reserved")):
        return "reply-reserved-zero"
    if not HEADER <= h["size"] <= message_size:
        return "reply-size"
    if kind == REPLY_RESERVED:
        empty = h["size"] == HEADER and not any(
            v for k, v in h.items() if k not in ("checksum", "cluster", "op", "size", "kind"))
        return None if empty else "reply-placeholder-empty"
    body, error = body_of(h["size"] - HEADER)
    if error:
        return "beyond-end" if error == "end-of-file" else error
    return None if checksum(body, KINDS["reply-body"]) == h["body_checksum"] else "body-mismatch"


class Bits:
    """A set of addresses from 1, held as the page stores it."""

    def __init__(self, raw=b""):
        self.raw = bytearray(raw)

    def __contains__(self, address):
        byte, bit = divmod(address - 1, 8)
        return byte < len(self.raw) and bool(self.raw[byte] >> bit & 1)

    def add(self, address):
        byte, bit = divmod(address - 1, 8)
        if byte >= len(self.raw):
            self.raw.extend(bytes(byte + 1 - len(self.raw)))
        self.raw[byte] |= 1 << bit

    def number(self):
        return int.from_bytes(self.raw, "little")

    @property
    def count(self):
        return bin(self.number()).count("1")

    @property
    def highest(self):
        return self.number().bit_length()


def runs(number, most=16):
    """The first runs of the addresses in a number, as text."""
    out, at = [], 0
    while number and len(out) < most:
        skip = (number & -number).bit_length() - 1
        number >>= skip
        length = ((number + 1) & ~number).bit_length() - 1
        at += skip
        out.append("%d" % (at + 1) if length == 1 else "%d-%d" % (at + 1, at + length))
        number >>= length
        at += length
    return out + ["..."] if number else out


class State:
    """All that the chosen superblock's checkpoint refers to, verified."""

    def __init__(self, log, each_pair=None):
        self.log, self.image, self.g, self.sb = log, log.image, log.g, log.sb
        self.checkpoint, self.c = log.checkpoint, log.c
        self.number = self.c // self.g.checkpoint_interval
        self.blocks = (self.checkpoint["storage_size"] - self.g.grid) // self.g.block_size
        self.findings, self.each_pair = [], each_pair
        self.trailers, self.twice, self.whole = Bits(), set(), True
        self.references = {k: decode(REFERENCE, self.checkpoint[k])
                           for k in ("tree_root", "acquired", "released", "sessions")}
        self.acquired, self.released = self._set("acquired"), self._set("released")
        self.records = self._records()
        self.reachable = Bits()
        self._tree()
        if self.whole:
            self._compare()
        self._replies()

    def find(self, name, **where):
        self.findings.append({"name": name, **{k: str(v) for k, v in where.items()}})

    def read(self, reference, kind):
        """A block that is referred to, (raw, header), or None and a finding."""
        address = reference["address"]
        raw, error = self.image.read(self.g.grid + self.g.block_size * (address - 1), self.g.block_size)
        if error:
            defect, h = "beyond-end" if error == "end-of-file" else error, None
        else:
            defect, h = judge_block(raw, address, self.sb["cluster"])
        if not defect and h["checksum"] != reference["checksum"]:
            defect = "other-contents"
        if not defect and h["type"] not in kind:
            defect = "block-type"
        if not defect and not (1 <= h["birth"] <= self.number if kind != (SET,) and kind != (TABLE,)
                               else h["birth"] == self.number):
            defect = "block-birth"
        if defect:
            self.whole = False
            self.find(defect, block=address)
            return None
        return raw, h

    # Chains of blocks

    def _chain(self, field, kind, most):
        """The contents of a chain, or None if it is not whole."""
        reference, out = self.references[field], []
        while reference["address"]:
            address = reference["address"]
            if address > self.blocks or reference["extent"] > most:
                return self._broken("chain-shape", field, address)
            if address in self.trailers:
                self.twice.add(address)
            self.trailers.add(address)
            block = self.read(reference, (kind,))
            if block is None:
                return None
            raw, h = block
            after = decode(REFERENCE, raw[NEXT:CHAIN])
            payload = h["size"] - CHAIN
            last = not any(after.values())
            if payload < 1 or (payload != reference["extent"] if last else
                               h["size"] != len(raw) or after["address"] == 0 or after["extent"] == 0
                               or payload + after["extent"] != reference["extent"]):
                return self._broken("chain-shape", field, address)
            out.append(raw[CHAIN:h["size"]])
            reference = after
        return b"".join(out)

    def _broken(self, name, field, address):
        self.whole = False
        self.find(name, block=address, of=field)

    def _set(self, field):
        raw = self._chain(field, SET, 8 * ((self.g.grid_blocks_max + 63) // 64))
        if raw is None:
            return None
        found = Bits(raw)
        address = self.references[field]["address"]
        if (len(raw) % 8 or raw and not any(raw[-8:]) or found.highest > self.blocks
                or field == "acquired" and found.highest != self.blocks):
            self._broken("block-set-shape", field, address)
            return None
        return found

    def _records(self):
        most = RECORD * self.g.sessions
        raw = self._chain("sessions", TABLE, most)
        if raw is None:
            return None
        parts = [raw[i:i + RECORD] for i in range(0, len(raw), RECORD)]
        records = [decode(SESSION_RECORD, part) for part in parts if len(part) == RECORD]
        clients = [r["client"] for r in records]
        sound = len(raw) % RECORD == 0 and len(set(clients)) == len(clients) and all(
            reserved_zero(SESSION_RECORD, part) for part in parts) and all(
            r["client"] and 1 <= r["session"] <= r["op"] <= self.c
            and HEADER <= r["reply_size"] <= self.g.message_size for r in records)
        if not sound:
            return self._broken("session-record", "sessions", self.references["sessions"]["address"])
        return records

    # The tree

    def _tree(self):
        self.counts = dict.fromkeys(("pair_count", "leaf_count", "inner_count", "value_block_count"), 0)
        self.digest = hashlib.sha256()
        root, height = self.references["tree_root"], self.checkpoint["tree_height"]
        self.tree_height = height
        if (height == 0) != (root["address"] == 0):
            return self._broken("tree-counts", "tree_root", root["address"])
        whole = self._walk(root, height - 1) if height else True
        if whole and any(self.counts[k] != self.checkpoint[k] for k in self.counts):
            self.find("tree-counts", **{k: v for k, v in self.counts.items() if v != self.checkpoint[k]})

    def _visit(self, reference, node, entry):
        """Whether to go to the block: it is inside the state, and for the first time."""
        address = reference["address"]
        if address > self.blocks:
            self.whole = False
            self.find("tree-node-entry", block=node, entry=entry)
            return False
        if address in self.reachable:
            self.twice.add(address)
            return False
        self.reachable.add(address)
        return True

    def _walk(self, root, top):
        if not self._visit(root, None, None):
            return False
        whole = True
        todo = [(root, top, b"", None)]              # the next node in order of keys is the last here
        while todo:
            reference, level, lower, upper = todo.pop()
            block = self.read(reference, (LEAF, INNER))
            if block is None:
                whole = False
                continue
            raw, h = block
            entries, broken = node_entries(raw, h, level)
            if not broken and not within(entries, level, lower, upper):
                broken = "tree-node-bounds"
            if broken:
                whole = False
                self._broken(broken, "tree_root", reference["address"])
                continue
            self.counts["inner_count" if level else "leaf_count"] += 1
            if level == 0:
                self.counts["pair_count"] += len(entries)
                for index, entry in enumerate(entries):
                    whole = self._pair(reference["address"], index, entry) and whole
                continue
            children = []
            for index, (key, _, _, payload) in enumerate(entries):
                child = decode(REFERENCE, payload)
                if self._visit(child, reference["address"], index):
                    above = entries[index + 1][0] if index + 1 < len(entries) else upper
                    children.append((child, level - 1, key if index else lower, above))
                else:
                    whole = False
            todo += reversed(children)
        return whole

    def _pair(self, node, index, entry):
        key, form, size, payload = entry
        value = payload
        if form == 1:
            references = [decode(REFERENCE, payload[at:at + 32]) for at in range(0, len(payload), 32)]
            parts = [self._piece(reference, node, index) for reference in references]
            if None in parts:
                return False
            value = b"".join(parts)
        self.digest.update(len(key).to_bytes(2, "little") + key + len(value).to_bytes(4, "little") + value)
        if self.each_pair:
            self.each_pair(key, value)
        return True

    def _piece(self, reference, node, index):
        """The bytes in one block of a value, or None."""
        block = self._visit(reference, node, index) and self.read(reference, (VALUE,))
        if not block:
            return None
        raw, h = block
        if h["size"] != HEADER + reference["extent"]:
            return self._broken("tree-node-entry", "tree_root", node)
        self.counts["value_block_count"] += 1
        return raw[HEADER:h["size"]]

    # The whole

    def _compare(self):
        a, r, t, x = (s.number() for s in (self.acquired, self.released, self.trailers, self.reachable))
        wrong = (a ^ (r | t | x)) | r & t | r & x | t & x
        for address in self.twice:
            wrong |= 1 << address - 1
        if wrong:
            self.find("sets-disjoint", blocks=" ".join(runs(wrong)))

    # Replies

    def _owners(self):
        """Owner of each reply slot when the log was executed to its head: client, session, request, op, and the
        ops above the checkpoint by which the slot's session was moved on, with their requests' checksums."""
        owners = [dict(client=r["client"], session=r["session"], request=r["request"], op=r["op"])
                  for r in self.records]
        moved = {}
        head = self.log.head["op"]
        for s in self.log.slots:
            if s.op > head:
                break
            raw = s.praw if s.praw is not None else s.hraw
            h = decode(PREPARE_HEADER, raw)
            slot = next((i for i, o in enumerate(owners) if o["client"] == h["client"]), None)
            if h["operation"] == REGISTER:
                owner = dict(client=h["client"], session=h["op"], request=0, op=h["op"])
                if slot is None and len(owners) < self.g.sessions:
                    slot = len(owners)
                    owners.append(owner)
                elif slot is None:
                    slot = min(range(len(owners)), key=lambda i: owners[i]["op"])
                owners[slot] = owner
            elif (h["operation"] == KV and slot is not None and owners[slot]["session"] == h["session"]
                  and h["request"] > owners[slot]["request"]):
                owners[slot].update(request=h["request"], op=h["op"])
            else:
                continue
            moved.setdefault(slot, {})[h["op"]] = h["request_checksum"]
        return owners, moved

    def _replies(self):
        self.replies = []
        owners, moved = self._owners() if self.records is not None else ([], {})
        for slot in range(self.g.sessions):
            at = self.g.replies + self.g.message_size * slot
            raw, error = self.image.read(at, HEADER)
            if error:
                defect = "beyond-end" if error == "end-of-file" else error
            else:
                defect = judge_reply(raw, lambda n: self.image.read(at + HEADER, n), self.g.message_size)
            h = None if defect else decode(REPLY_HEADER, raw)
            is_reply = h is not None and h["kind"] == REPLY
            # The header alone counts here, and it does not matter whose the slot is.
            if not error and judge_reply(raw, lambda n: (b"", "not-read"), self.g.message_size) == "not-read":
                ahead = decode(REPLY_HEADER, raw)
                if ahead["cluster"] == self.sb["cluster"] and ahead["op"] > max(self.log.head["op"], self.log.proven):
                    self.find("reply-ahead", slot=slot)
            record = self.records[slot] if self.records is not None and slot < len(self.records) else None
            if self.records is None:
                state = "unknown"                    # without the table nobody knows whose it is
            elif slot in moved:
                state = "remade"
            elif record is None:
                state = "unowned"
            elif is_reply and h["checksum"] == record["reply_checksum"]:
                state = "recorded"
            else:
                state = "lost"
                self.find("reply-lost", slot=slot)
            if is_reply and self.records is not None and h["op"] > self.c \
                    and moved.get(slot, {}).get(h["op"]) != h["request_checksum"]:
                self.find("reply-session", slot=slot)
            held = "damaged" if defect else "reserved" if not is_reply else "reply"
            self.replies.append({"slot": slot, "state": state, "holds": held, "defect": defect,
                                 "op": str(h["op"]) if is_reply else None})
        self.owners, self.moved = owners, moved

    def show(self):
        def of(bits):
            return None if bits is None else {"count": str(bits.count), "addresses": runs(bits.number())}
        section = self.sb["checkpoint"]
        return {
            "checkpoint": {
                "number": str(self.number), "op": str(self.c),
                "id": "%032x" % self.checkpoint["checkpoint_id"],
                "id_computed": "%032x" % checksum(section[32:], KINDS["checkpoint"]),
                "storage_size": str(self.checkpoint["storage_size"]), "blocks": str(self.blocks)},
            "acquired": of(self.acquired), "released": of(self.released), "trailers": of(self.trailers),
            "reachable": of(self.reachable),
            "sessions": None if self.records is None else [
                dict(slot=i, **show([row for row in SESSION_RECORD if row[0] != "reserved"], record_bytes(r)))
                for i, r in enumerate(self.records)],
            "replies": self.replies,
            "tree": {"height": self.tree_height, **{k: str(v) for k, v in self.counts.items()},
                     "sha256": self.digest.hexdigest()},
            "whole": self.whole, "findings": self.findings}


def record_bytes(record):
    raw = bytearray(RECORD)
    for name, at, size in SESSION_RECORD:
        if name != "reserved":
            raw[at:at + size] = record[name].to_bytes(size, "little")
    return bytes(raw)


def node_entries(raw, h, level):
    """The entries of a node, (key, form, value_size, payload), and the invariant that the first wrong one breaks."""
    size = h["size"]
    if size < NODE:
        return [], "tree-node-shape"
    found, count = (int.from_bytes(raw[i:i + 4], "little") for i in (256, 260))
    if found != level or h["type"] != (INNER if found else LEAF):
        return [], "tree-node-shape"
    if count == 0 or count > (size - NODE) // 12:
        return [], "tree-node-shape"
    first = start = NODE + 4 * count
    entries = []
    for i in range(count):
        end = first + int.from_bytes(raw[NODE + 4 * i:NODE + 4 * i + 4], "little")
        if end < start + ENTRY or end > size:
            return [], "tree-node-shape"
        key_size, form = int.from_bytes(raw[start:start + 2], "little"), raw[start + 2]
        value_size = int.from_bytes(raw[start + 4:start + 8], "little")
        key, payload = raw[start + ENTRY:start + ENTRY + key_size], raw[start + ENTRY + key_size:end]
        if (key_size > 1024 or start + ENTRY + key_size > end or raw[start + 3] != 0
                or not is_payload(form, key_size, value_size, payload, level, len(raw))):
            return [], "tree-node-entry"
        empty_allowed = level > 0 and i == 0
        if (key == b"") != empty_allowed or entries and key <= entries[-1][0]:
            return [], "tree-node-order"
        entries.append((key, form, value_size, payload))
        start = end
    return (entries, None) if start == size else ([], "tree-node-shape")


def is_payload(form, key_size, value_size, payload, level, block_size):
    if value_size > 1048576:
        return False
    references = [decode(REFERENCE, payload[i:i + 32]) for i in range(0, len(payload), 32)]
    if level > 0:
        return (form == 2 and value_size == len(payload) == 32 and references[0]["address"] != 0
                and references[0]["extent"] == 0)
    inline = 12 + key_size + value_size <= (block_size - 264) // 4
    if form == 0:
        return inline and len(payload) == value_size
    piece = block_size - HEADER
    extents = [min(piece, value_size - i) for i in range(0, value_size, piece)]
    return (form == 1 and not inline and len(payload) == 32 * len(extents)
            and [r["extent"] for r in references] == extents and all(r["address"] for r in references))


def within(entries, level, lower, upper):
    keys = [e[0] for e in entries][1 if level else 0:]
    return not keys or keys[0] >= lower and (upper is None or keys[-1] < upper)


class Store:
    """The pairs after the log was executed to its head. All in memory; takes the grid for large enough."""

    def __init__(self, log):
        self.pairs = {}
        state = State(log, self.pairs.__setitem__)
        if state.records is None:
            return
        executed = {op for ops in state.moved.values() for op in ops}
        for s in log.slots:
            if s.op in executed and s.praw[209] == KV:
                h = decode(PREPARE_HEADER, s.praw)
                at = log.g.wal_prepares + log.g.message_size * s.slot + HEADER
                body, _ = log.image.read(at, h["size"] - HEADER)
                self.execute(body)

    def execute(self, body):
        """A batch, which was well-formed when it entered the log."""
        at = 8
        for _ in range(int.from_bytes(body[:4], "little")):
            code, expectation = body[at], body[at + 1]
            key_size, value_size, expected_size = (int.from_bytes(body[at + i:at + j], "little")
                                                   for i, j in ((2, 4), (4, 8), (8, 12)))
            at += 32
            key, expected, value = (body[at:at + key_size], body[at + key_size:at + key_size + expected_size],
                                    body[at + key_size + expected_size:at + key_size + expected_size + value_size])
            at += -(-(key_size + expected_size + value_size) // 8) * 8
            now = self.pairs.get(key)
            if code == 1 or code == 4 and now == (expected if expectation else None):
                self.pairs[key] = value
            elif code == 3:
                self.pairs.pop(key, None)


def print_state(blocks, log, what, out):
    def each(key, value):
        out.write(json.dumps({"key": key.hex(), "size": len(value),
                              "sha256": hashlib.sha256(value).hexdigest()}) + "\n")
    if log.source is None:
        out.write(json.dumps({"refused": blocks.refused}) + "\n")
    elif what == "pairs":
        State(log, each)
    elif what == "served":
        for key, value in sorted(Store(log).pairs.items()):
            each(key, value)
    else:
        out.write(json.dumps({"refused": blocks.refused, **State(log).show()}, indent=1) + "\n")
