using MultiEni.Api;
using MultiEni.Manager.Safety;

namespace MultiEni.Manager.Publishing;

/// <summary>Why an entry of ours for a device would be fatal or without effect beside the entries of others. At least one of the two is set.</summary>
/// <param name="SameName">
/// The entry that has our resource's name: two of one name end the plugin (docs/reference/sriov-device-plugin.md#what-is-refused).
/// </param>
/// <param name="SelectedBy">The entry that selects our device: the plugin gives a device to the first entry that does.</param>
internal sealed record EntryConflict(ForeignEntry? SameName, ForeignEntry? SelectedBy)
{
    /// <summary>What stands in the way, and what to do about it.</summary>
    /// <param name="path">The plugin's file.</param>
    /// <param name="device">The device that cannot be offered.</param>
    public Blocker Explain(string path, OfferedDevice device)
    {
        const string Narrow = "narrow its selectors to its own devices (pciAddresses)";
        if (SameName is null)
        {
            return new Blocker(
                Reasons.DeviceSelectedByOtherEntry,
                $"{SelectedBy} of {path} is somebody else's and selects {device.Address} too. The SR-IOV device plugin gives a device to the first entry "
                    + $"that selects it, so pods get it as {SelectedBy!.Resource} and never as {device.Resource}. Remove that entry, or {Narrow}."
            );
        }

        var taken = $"{SameName} of {path} is somebody else's and has the name already; two entries of one name end the SR-IOV device plugin.";
        return new Blocker(
            Reasons.ResourceNameConflict,
            SelectedBy is null ? $"{taken} Choose another dpdkResourceName, or remove that entry."
                : SelectedBy == SameName
                    ? $"{taken} It selects {device.Address} as well, so another dpdkResourceName alone does not help. Remove that entry; or {Narrow} and choose "
                        + "another dpdkResourceName."
                : $"{taken} Another dpdkResourceName alone does not help, because {SelectedBy} selects {device.Address} as well: remove that one or {Narrow} first."
        );
    }
}
