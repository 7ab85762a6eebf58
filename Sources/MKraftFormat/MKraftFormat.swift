// MKraftFormat: the layout and the meaning of the bytes of a data file and of the wire.
//
// It knows what a byte means and whether it is right; it does not know where bytes come from. No I/O, no clock, no
// randomness, no threads. Decoding never traps on any bytes and allocates nothing: it returns what is wrong.
//
//   offset 0                                                                                       end of file
//   | superblock 0 | WAL headers | superblock 1 | WAL prepares | superblock 2 | replies | superblock 3 | grid ... |
//     16 KiB         256 B a slot  16 KiB         message_size   16 KiB         message_size  16 KiB     block_size
//     copy 0         op % slots    copy 1         a slot         copy 2         a session     copy 3     a block
//
//   every zone starts on a 1 MiB boundary, so that a superblock copy can be found without knowing the geometry
//
// Where to find what:
//   Bytes       little-endian loads and stores, and the typed fields that each structure's layout table is made of
//   Checksum    XXH3-128, its seeds, the kinds of structures
//   Geometry    the numbers chosen at format, their limits, the zones that follow from them
//   Superblock  frozen prefix, identity, hard state, checkpoint state, suffix headers
//   Prepare     headers of log entries: prepare, reserved, unknown
//   Reply, Block, Message, KeyValue    client replies, grid blocks, the wire, requests of the key-value store
//   Repair      the mark of a repair that is not finished, and its undo log
//   Invariant   what must hold beyond a right checksum: one table of names and statements
//
// Normative: man/mkraft-data-file.5 and man/mkraft-protocol.5; a test compares their tables with the ones here.
