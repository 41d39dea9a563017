import CloFormerKit
import SwiftUI

/// The screen to choose the bundle, the runtime, and its compute units or number of threads.
struct ChoiceScreen: View {
    @Environment(AppState.self) private var state

    var body: some View {
        @Bindable var state = state
        Form {
            Section("Bundle") {
                ForEach(state.entries) { entry in
                    BundleRow(entry: entry, isChosen: entry.name == state.selection.bundle) {
                        state.selection.bundle = entry.name
                    }
                }
                if state.entries.isEmpty {
                    Text("There are no bundles. Copy one into the app's folder with Finder or Files.")
                }
            }
            Section("Runtime") {
                picker("Runtime", $state.selection.runtime, state.runtimes)
                picker("Compute units", $state.selection.backend, state.backends)
                picker("Precision", $state.selection.precision, state.precisions)
                if state.takesThreads {
                    Stepper(value: $state.selection.threads, in: 1...16) {
                        Text("Threads: \(state.selection.threads)")
                    }
                }
            }
        }
        .navigationTitle("Model")
        .onChange(of: state.selection) { state.complete() }
        .refreshable { await state.refresh() }
    }

    private func picker(_ title: String, _ selection: Binding<String>, _ names: [String]) -> some View {
        Picker(title, selection: selection) {
            ForEach(names, id: \.self) { Text($0).tag($0) }
        }
    }
}

/// A bundle that can be chosen, or the reason why it cannot.
private struct BundleRow: View {
    let entry: BundleLibrary.Entry
    let isChosen: Bool
    let choose: @MainActor () -> Void

    var body: some View {
        switch entry.bundle {
        case .success(let bundle):
            Button(action: choose) {
                HStack {
                    VStack(alignment: .leading) {
                        Text(entry.name)
                        Text(summary(bundle)).font(.caption).foregroundStyle(.secondary)
                    }
                    Spacer()
                    if isChosen { Image(systemName: "checkmark").accessibilityHidden(true) }
                }
            }
            .accessibilityAddTraits(isChosen ? .isSelected : [])
        case .failure(let failure):
            VStack(alignment: .leading) {
                Text(entry.name)
                FailureText(failure: failure)
            }
        }
    }

    private func summary(_ bundle: ModelBundle) -> String {
        let model = bundle.manifest.model
        let size = bundle.manifest.preprocessing.crop
        let classes = model.numClasses == 0 ? "" : ", \(model.numClasses) classes"
        return "\(model.family) \(model.variant), \(model.task.rawValue)\(classes), \(size[1])x\(size[0])"
    }
}
