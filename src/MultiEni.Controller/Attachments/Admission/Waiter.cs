using System.Runtime.InteropServices;

namespace MultiEni.Controller.Attachments.Admission;

/// <summary>One attachment that wants to go on.</summary>
/// <param name="Name">The attachment.</param>
/// <param name="Node">The instance that it is for: ENIs of one are finished before the next is begun.</param>
/// <param name="Party">Its NodeENI: those take turns.</param>
/// <param name="IsBegun">Whether it has an ENI already, which must not lie about for longer than needed.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Waiter(string Name, string Node, string Party, bool IsBegun);
