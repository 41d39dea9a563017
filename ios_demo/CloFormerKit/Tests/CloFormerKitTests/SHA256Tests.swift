import Foundation
import Testing

@testable import CloFormerKit

/// NIST's examples for FIPS 180-4, and the lengths at which the padding changes.
struct SHA256Tests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func examples(message: String, digest: String) {
        #expect(SHA256.hash(message.utf8) == digest)
    }

    @Test func aMillionTimesA() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
        #expect(hash.finish() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test(arguments: [1, 55, 56, 63, 64, 65, 119, 120, 128])
    func piecesGiveTheSameAsTheWhole(length: Int) {
        let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var hash = SHA256()
        for byte in message { hash.update([byte]) }
        #expect(hash.finish() == SHA256.hash(message))
    }

    @Test func aFolderIsHashedInPythonsOrder() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.txt", "1")
        try folder.write("a/b.txt", "2")
        try folder.write("B", "3")
        let listed = ["B", "a/b.txt", "a.txt"].map { name in
            "\(name)\n\(SHA256.hash(["B": "3", "a/b.txt": "2", "a.txt": "1"][name]!.utf8))\n"
        }
        #expect(try checksum(of: folder.url) == SHA256.hash(listed.joined().utf8))
    }

    @Test func whatCannotBeReadHasNoHash() {
        #expect(throws: Failure.self) { try checksum(of: URL(fileURLWithPath: "/nowhere/at all")) }
    }
}
