import MKraftReplica
import MKraftServer
import MKraftStorage
import Testing

/// Which transfers are begun together.
struct TransferQueueTests {
  private let buffer = IOBuffer(byteCount: 1 << 20)

  private func entry(_ slot: Int, count: Int = 4096) -> IORequest {
    IORequest(
      token: UInt64(slot), direction: .write, role: .prepare(.init(of: slot, headersPerUnit: 16)),
      offset: 1 << 30 + UInt64(slot * count), count: count, buffer: buffer)
  }

  private var headers: IORequest {
    IORequest(token: 1000, direction: .write, role: .headers, offset: 4096, count: 4096, buffer: buffer)
  }

  private func tokens(_ transfers: [Transfer]) -> [[UInt64]] { transfers.map { $0.requests.map(\.token) } }

  @Test("A batch ends where a unit of headers does, and the next one begins there")
  func border() {
    var queue = TransferQueue()
    for slot in 13..<21 { queue.append(entry(slot)) }
    #expect(tokens(queue.takeDue()) == [[13, 14, 15]])
    // More entries come while these have no headers: they wait too.
    queue.append(entry(21))
    #expect(tokens(queue.takeDue()) == [])
    queue.append(headers)
    queue.entriesAreComplete()
    #expect(queue.takeHeaders()?.requests[0].token == 1000)
    queue.entriesAreComplete()
    #expect(tokens(queue.takeDue()) == [[16, 17, 18, 19, 20, 21]])
    #expect(queue.count == 0)
  }

  @Test(
    "Entries do not wait at a border if batches of their size would lie across the next one again",
    arguments: [3, 5, 7])
  func misaligned(count: Int) {
    var queue = TransferQueue()
    for slot in 14..<14 + count { queue.append(entry(slot)) }
    #expect(tokens(queue.takeDue()) == [[14, 15], Array(16..<UInt64(14 + count))])
    queue.entriesAreComplete()
    queue.append(entry(30))
    #expect(tokens(queue.takeDue()) == [[30]] && queue.count == 0)
  }

  @Test("Headers are taken before everything else")
  func headersFirst() {
    var queue = TransferQueue()
    queue.append(entry(3))
    queue.append(headers)
    #expect(queue.takeHeaders()?.requests.map(\.token) == [1000])
    #expect(queue.count == 1)
    #expect(queue.takeHeaders().map { tokens([$0]) } == nil)
  }

  @Test("Entries whose headers are not due hold nobody up")
  func notDue() {
    var queue = TransferQueue()
    queue.append(entry(15))
    queue.append(entry(16))
    #expect(tokens(queue.takeDue()) == [[15]])
    // An entry before it is not written yet: the replica asks for no headers.
    queue.entriesAreComplete()
    #expect(tokens(queue.takeDue()) == [[16]])
  }

  @Test("Large entries and transfers of others do not wait, and a batch has a largest size")
  func large() {
    var queue = TransferQueue()
    queue.append(entry(15))
    let other = IORequest(token: 500, direction: .read, offset: 0, count: 4096, buffer: buffer)
    queue.append(other)
    queue.append(entry(16, count: Transfer.joinedMax + 4096))
    #expect(tokens(queue.takeDue()) == [[15], [500], [16]])
    queue.entriesAreComplete()
    for slot in 0..<4 { queue.append(entry(slot, count: Transfer.joinedMax / 2)) }
    #expect(tokens(queue.takeDue()) == [[0, 1], [2, 3]])
  }

  @Test("The ring goes round: its last and its first entries are of two units")
  func wrap() {
    var queue = TransferQueue()
    for slot in [1022, 1023, 0, 1] { queue.append(entry(slot)) }
    #expect(tokens(queue.takeDue()) == [[1022, 1023]])
    queue.entriesAreComplete()
    #expect(tokens(queue.takeDue()) == [[0, 1]])
  }
}
