// SDKs before iOS 18.4 do not mark mach_task_self_ as safe to share.
@preconcurrency import Darwin

/// Return a text from the kernel, such as `hw.machine`.
func systemValue(_ name: String) -> String? {
    var size = 0
    guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 0 else { return nil }
    var bytes = [CChar](repeating: 0, count: size)
    guard sysctlbyname(name, &bytes, &size, nil, 0) == 0 else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Return the memory that counts against this process's limit, in bytes.
func memoryFootprint() -> Int? {
    var info = task_vm_info_data_t()
    var count = mach_msg_type_number_t(MemoryLayout<task_vm_info_data_t>.size / MemoryLayout<natural_t>.size)
    let status = withUnsafeMutablePointer(to: &info) { pointer in
        pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) { integers in
            task_info(mach_task_self_, task_flavor_t(TASK_VM_INFO), integers, &count)
        }
    }
    return status == KERN_SUCCESS ? Int(info.phys_footprint) : nil
}
