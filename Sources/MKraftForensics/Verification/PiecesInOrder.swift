/// Brings what several threads read back into the order of the pieces, so that what is said of a file does not depend on which thread
/// was faster.
///
/// Each piece that waits is held in memory: whoever reads asks `isFull(_:)` before it goes on, and waits.
package struct PiecesInOrder<Piece: Sendable>: Sendable {
  /// Pieces that may wait for an earlier one.
  package let waitingMax: Int
  /// The number of the piece that all others wait for.
  package private(set) var next: Int
  private var waiting: [Int: Piece] = [:]

  package init(from first: Int = 0, waitingMax: Int) {
    precondition(waitingMax > 0)
    next = first
    self.waitingMax = waitingMax
  }

  /// Whether there is no room yet for the piece of this number.
  package func isFull(_ number: Int) -> Bool { number >= next + waitingMax }

  package var isEmpty: Bool { waiting.isEmpty }

  /// Takes a piece, and returns those that are due, in order.
  package mutating func take(_ piece: Piece, _ number: Int) -> [Piece] {
    precondition(number >= next && waiting[number] == nil, "every piece comes once")
    waiting[number] = piece
    var due: [Piece] = []
    while let piece = waiting.removeValue(forKey: next) {
      due.append(piece)
      next += 1
    }
    return due
  }
}
