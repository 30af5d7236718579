using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.GeneratedObjects;

/// <summary>The resource as which a device is offered to pods.</summary>
/// <param name="Name">Such as <c>intel.com/dpdk_1</c>.</param>
/// <param name="IsDesired">
/// Whether the NodeENI asks for this name, or leaves it to the default. Otherwise an agent alone
/// says so: an administrator may give the devices of a node other names, but an agent's word must
/// not decide on objects that pods of the whole cluster depend on.
/// </param>
internal readonly record struct OfferedResource(string Name, bool IsDesired)
{
    private const string DefaultPrefix = "intel.com/";
    private const int LongestName = 253;

    /// <summary>
    /// The resource of an attachment's device; null before its agent offers it, and when the name
    /// is none.
    /// </summary>
    public static OfferedResource? Of(EniAttachment attachment)
    {
        if (attachment.Status?.Device?.ResourceName is not { } reported)
        {
            return null;
        }

        if (attachment.Spec?.Device.ResourceName is { Length: > 0 } named)
        {
            return new OfferedResource(Named(named), IsDesired: true);
        }

        var generated = $"{Names.DefaultResourceName}{attachment.Status.Network?.DeviceIndex ?? attachment.Spec?.DeviceIndex ?? 1}";
        return reported.Count(character => character == '/') == 1 ? new OfferedResource(reported, reported == generated) : null;
    }

    /// <summary>The full name of a resource that a NodeENI names.</summary>
    public static string Named(string name) => name.Contains('/') ? name : DefaultPrefix + name;

    /// <summary>
    /// The name in the form of names of objects, which have neither underscores nor capitals; two
    /// resources may come to one.
    /// </summary>
    public string ObjectName =>
        (Name.StartsWith(DefaultPrefix, StringComparison.Ordinal) ? Name[DefaultPrefix.Length..] : Name)
            .ToLowerInvariant()
            .Replace('_', '-')
            .Replace('/', '-')
            .Trim('-');

    /// <summary>Whether a text is a DNS subdomain, as names of objects are.</summary>
    public static bool IsObjectName(string name) =>
        name.Length <= LongestName
        && name.Split('.')
            .All(label =>
                label.Length > 0
                && label[0] != '-'
                && label[^1] != '-'
                && label.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
            );
}
