// MKraftStorage: the zones of a data file on a device, and what to make of them.
//
// It knows devices, and the order in which bytes must become durable; it does not know Raft or what entries mean. Decisions
// are pure functions of what was read; writers are state machines that say what to write next and are told what is durable.
//
//     FileStorage (direct, durable I/O)      MemoryStorage (the media model of rule R1: cuts, torn atoms, faults)
//              \                                /
//               ------------ Storage -----------
//                               |
//      reading                  |                      writing
//      SuperblockSurvey         |                      DataFileFormatter   rings first, superblocks last, then the name
//        -> SuperblockDecision  |                      SuperblockUpdate    copy by copy, read back, three of four
//      JournalReader            |                      JournalWriter       prepares concurrently, headers in op order
//        -> SlotEvidence, or    |                      JournalImage        the header ring as it must be on disk
//           EntryRun of many    |
//        -> SlotCondition -> RecoveryTable (one row for every combination)
//        -> JournalRecovery -> JournalDecision
//
// Where to find what: Device (devices and buffers), Format (making a file), Superblock (rules R7 to R10), Journal (rules R11
// to R14), Repair (finding the mark of a repair that is not finished).
