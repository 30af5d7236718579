namespace MultiEni.Manager.Binding;

/// <summary>The journal's disk does not take an entry, so the change that the entry announces must not begin.</summary>
internal sealed class JournalException(string path, Exception cause)
    : Exception(
        $"The journal {path} cannot be written ({cause.Message}), so nothing was changed. Free its disk, or mount a writable host folder at the folder of INTERFACE_MAPPING_STORE_PATH.",
        cause
    );
