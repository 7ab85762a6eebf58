extension Finding {
  /// Of an image whose parts are of different times, for those who show what stands in it and judge a part of the file alone.
  static var ofUnsteadyImage: Finding {
    Finding(
      .fileChanging,
      evidence:
        "the superblock changed each of \(ImageWriter.passesMax) times that the file was read for this image: its "
        + "parts are of different times, and nothing is concluded from what contradicts in it")
  }
}
