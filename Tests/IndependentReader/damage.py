"""Damages data files in ways that seeds choose: rot, misplacement, lost writes, fields changed and sealed again.

Like make_sample.py it takes only tables and checksum() from the reader.
"""
import random

import make_sample as m
import reader

LARGEST = 64 << 20


def geometry_of(image):
    """The zones of a file that is still whole, or None."""
    chosen = reader.Superblocks(reader.Image(image)).chosen
    return chosen and chosen.geometry


class Damage:
    def __init__(self, seed, content, geometry):
        self.r = random.Random(seed)
        self.b = bytearray(content)
        self.g = geometry
        # Most of what is done hits the first slots, where the log of a small file is.
        self.near = min(geometry.slot_count, 12)

    def apply(self):
        for _ in range(self.r.choice((1, 1, 2, 4, 20))):
            self.r.choice((self.superblock, self.copies, self.state, self.state, self.header, self.header, self.exchange, self.rot, self.rot,
                           self.zero, self.placeholder, self.entry, self.entry, self.truncate))()
        return bytes(self.b)

    def at(self, slot):
        return self.r.choice((self.g.wal_headers + 256 * slot,
                              self.g.wal_prepares + self.g.message_size * slot))

    def write(self, at, data):
        if at + len(data) <= len(self.b):
            self.b[at:at + len(data)] = data

    def value(self, n):
        r = self.r
        return r.choice((bytes(n), b"\xff" * n, r.randbytes(n), b"\1" + bytes(n - 1),
                         (1 << r.randrange(8 * n)).to_bytes(n, "little"), r.randrange(8).to_bytes(n, "little")))

    def superblock(self):
        """A field changed, the checksums right again."""
        r = self.r
        sb = bytearray(self.b[r.choice(self.g.homes):][:16384])
        if len(sb) < 16384:
            return
        for _ in range(r.choice((1, 1, 2))):
            inner = r.random() < .25
            _, at, size = r.choice(reader.CHECKPOINT if inner else reader.SUPERBLOCK)
            n = min(r.choice((1, 2, 8, 16)), size)
            at += 1024 * inner
            sb[at:at + n] = self.value(n)
        if r.random() < .7:
            m.put(sb, 1024, 16, m.checksum(bytes(sb[1056:1536]), 12))
        self.store(sb, r.choice(([0, 1, 2, 3], [0, 1, 2, 3], [0], [1, 2], [3], [0, 1, 2])))

    def state(self):
        """What the superblocks say of the log: checkpoint, cut, suffix, clean head, commit_max, terms; all sealed."""
        r, g = self.r, self.g
        sb = bytearray(self.b[r.choice(g.homes):][:16384])
        if len(sb) < 16384:
            return
        ring = [bytes(self.b[g.wal_headers + 256 * s:][:256]) for s in range(self.near)]
        ring = [h for h in ring if len(h) == 256 and h[208] == 2]
        if not ring:
            return
        i = r.randrange(len(ring))
        op = ring[i][152:160]
        what = r.randrange(6)
        if what == 0:                                # a later checkpoint; the log goes on above it
            sb[1280:1536] = ring[i]
            m.put(sb, 1024, 16, m.checksum(bytes(sb[1056:1536]), 12))
            if r.random() < .8:
                sb[232:240] = op
        elif what in (1, 2):                         # a cut, perhaps with a new term, perhaps with its suffix
            sb[272:304] = op + ring[i][144:152] + ring[i][:16]
            count = r.choice((0, 0, 1, i + 1))
            m.put(sb, 336, 4, count)
            sb[8192:] = b"".join(ring[i + 1 - count:i + 1]).ljust(8192, b"\0")
            if what == 2:
                for at in (216, 224):
                    m.put(sb, at, 8, (int.from_bytes(sb[at:at + 8], "little") + 1) % (1 << 64))
        elif what == 3:
            sb[166] = 1
            sb[304:336] = op + ring[i][144:152] + ring[i][:16]
        elif what == 4:
            m.put(sb, 232, 8, r.choice((i, i + 1, g.slot_count, g.slot_count + 3)))
        else:
            at = r.choice((144, 216, 232, 264, 272, 304, 196, 64, 96))
            n = 16 if at in (64, 96) else 4 if at == 196 else 8
            sb[at:at + n] = r.choice((bytes(n), b"\xff" * n))
        self.store(sb, r.choice(([0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2])))

    def copies(self):
        """An update begun, of one of two histories, or a copy elsewhere."""
        r = self.r
        sb = bytearray(self.b[r.choice(self.g.homes):][:16384])
        if len(sb) < 16384:
            return
        if r.random() < .7:
            parent = int.from_bytes(sb[:16], "little")
            sequence = int.from_bytes(sb[144:152], "little") + r.choice((1, 1, 1, 2, -1))
            m.put(sb, 128, 16, r.choice((parent, parent, parent, 7)))
            m.put(sb, 144, 8, max(sequence, 0) % (1 << 64))
            m.put(sb, 216, 8, (int.from_bytes(sb[216:224], "little") + 1) % (1 << 64))
        if r.random() < .1:
            m.put(sb, 32, 4, r.choice((1, 3)))
        self.store(sb, r.choice(([0], [0, 1], [2], [3], [0, 1, 2], [1, 2, 3])))

    def store(self, sb, copies):
        sb = m.seal(sb, 24, 1)
        for k in copies:
            place = self.g.homes[k]
            if self.r.random() < .05:
                place = (1 << 20) * self.r.randrange(1, 8)
            self.write(place, m.with_copy(sb, k if self.r.random() < .9 else self.r.randrange(6)))

    def header(self):
        """A field of a header changed, its checksum right again."""
        r = self.r
        at = self.at(r.randrange(self.near))
        h = bytearray(self.b[at:at + 256])
        if len(h) < 256:
            return
        _, field, size = r.choice(reader.PREPARE_HEADER)
        n = r.choice((1, size))
        h[field:field + n] = self.value(n)
        self.write(at, m.seal(h, 16, h[208]) if h[208] < 14 else bytes(h))

    def exchange(self):
        r = self.r
        slots = r.randrange(self.near), r.randrange(self.g.slot_count)
        base, stride = r.choice(((self.g.wal_headers, 256), (self.g.wal_prepares, self.g.message_size)))
        one, other = (base + stride * s for s in slots)
        a, b = bytes(self.b[one:one + stride]), bytes(self.b[other:other + stride])
        if len(a) == len(b) == stride:
            self.write(one, b)
            self.write(other, a)

    def rot(self):
        r, g = self.r, self.g
        slot = r.randrange(self.near)
        at = r.choice((r.randrange(16384), r.choice(g.homes) + r.randrange(16384), g.wal_headers + 256 * slot + r.randrange(256),
                       g.wal_prepares + g.message_size * slot + r.randrange(300), r.randrange(len(self.b) or 1)))
        if at < len(self.b):
            self.b[at] ^= 1 << r.randrange(8)

    def zero(self):
        at = self.at(self.r.randrange(self.near))
        self.write(at, bytes(self.r.choice((256, 512, 4096))))

    def placeholder(self):
        slot = self.r.randrange(self.near)
        self.write(self.at(slot), m.placeholder(slot, self.r.choice((3, 4))))

    def entry(self):
        """A new entry in one ring or both, that follows the one below or does not."""
        r, g = self.r, self.g
        op = r.randrange(1, 14) + g.slot_count * r.randrange(2) * r.randrange(2)
        below = bytes(self.b[g.wal_headers + 256 * ((op - 1) % g.slot_count):][:256])
        follows = len(below) == 256 and r.random() < .7
        term, commit, time = (int.from_bytes(below[i:i + 8], "little") for i in (144, 160, 168)) if follows else (0, 0, 0)
        body = r.choice((b"", bytes(8), b"x" * 100))
        h = m.prepare(op, int.from_bytes(below[:16], "little") if follows else r.getrandbits(64),
                      term=term if r.random() < .7 else r.randrange(4), body=body,
                      commit=min(commit, op - 1) if r.random() < .8 else r.randrange(op),
                      timestamp=(time + r.randrange(3)) % (1 << 64) if r.random() < .8 else None)
        slot = op % g.slot_count
        if r.random() < .5:
            self.write(g.wal_headers + 256 * slot, h)
        if r.random() < .7:
            self.write(g.wal_prepares + g.message_size * slot, h + body)

    def truncate(self):
        if self.r.random() < .15:
            del self.b[self.r.randrange(len(self.b) + 1):]
