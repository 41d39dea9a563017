import Foundation
import Testing

@testable import CloFormerKit

struct BundleTests {
    @Test func aBundleIsRead() throws {
        let bundle = try SmallBundle().open()
        #expect(bundle.labels == ["cat", "dog", "large, gray mouse"])
        #expect(bundle.manifest.artifacts[0].input.shape == [nil, 3, 32, 32])
        #expect(bundle.manifest.preprocessing.std == [0.5, 0.25, 2])
    }

    @Test(arguments: SmallTask.all.indices) func aBundleOfEveryTaskIsRead(index: Int) throws {
        let task = SmallTask.all[index]
        let small = try SmallBundle(task)
        let bundle = try small.open()
        #expect(bundle.manifest.model.task.rawValue == task.name)
        #expect(bundle.labels.count == bundle.manifest.model.numClasses)
        #expect((bundle.manifest.boxes != nil) == (task.name == "detection"))
        for output in task.outputs {
            #expect(try bundle.goldenOutput(named: output.name).shape == [2] + output.shape)
        }
    }

    @Test func goldenVectorsAreLittleEndianFloats() throws {
        let small = try SmallBundle()
        let bundle = try small.open()
        #expect(try bundle.goldenInputs().shape == [2, 3, 32, 32])
        #expect(try bundle.goldenOutput(named: "logits").values == (0..<6).map { Float($0) / 97 })
        #expect(throws: Failure("the bundle has no golden outputs named boxes", remedy: "export it again")) {
            try bundle.goldenOutput(named: "boxes")
        }
    }

    @Test func whatBelongsToTheBundleIsFound() throws {
        let small = try SmallBundle()
        let bundle = try small.open()
        #expect(try bundle.verifiedLocation(of: bundle.manifest.artifacts[0]).lastPathComponent == "model.fake")
        #expect(try bundle.verifiedImage(bundle.manifest.golden.images[1]).lastPathComponent == "b.png")
    }

    @Test func labelsMayEndWithoutALineBreakOrWithWindowsOnes() throws {
        var small = try SmallBundle()
        try small.setLabels(Array("cat\r\ndog\r\nmouse".utf8))
        #expect(try small.open().labels == ["cat", "dog", "mouse"])
    }

    @Test func aFolderOfBundlesIsListedWithWhatIsWrong() throws {
        let small = try SmallBundle()
        try small.library.write("not one/readme.txt", "")
        let library = BundleLibrary(folders: [small.library.url, URL(fileURLWithPath: "/nowhere")])
        let entries = library.entries()
        #expect(entries.map(\.id) == ["not one", "small"])
        #expect(throws: Failure("the bundle has no manifest.json", remedy: "export it again")) {
            try entries[0].bundle.get()
        }
        #expect(try library.bundle(named: "small").name == "small")
        #expect(throws: Failure("there is no bundle big", remedy: "there are not one, small")) {
            try library.bundle(named: "big")
        }
    }

    @Test func theEarlierOfTwoFoldersCounts() throws {
        var (first, second) = (try SmallBundle(), try SmallBundle())
        try first.set("model.variant", "xs")
        try second.set("model.variant", "s")
        let library = BundleLibrary(folders: [first.library.url, second.library.url])
        #expect(try library.bundle(named: "small").manifest.model.variant == "xs")
    }
}
