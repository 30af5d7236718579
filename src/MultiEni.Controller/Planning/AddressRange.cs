using System.Globalization;
using System.Net;

namespace MultiEni.Controller.Planning;

/// <summary>Ranges of addresses as users write them. Pure.</summary>
internal static class AddressRange
{
    /// <summary>
    /// The range that a text means, such as <c>10.20.1.48/28</c> for <c>10.20.1.50/28</c>, which
    /// nothing else would take for a range; the text itself when it is none.
    /// </summary>
    public static string Masked(string cidr)
    {
        var parts = cidr.Split('/');
        if (
            parts is not [var text, var size]
            || !IPAddress.TryParse(text, out var address)
            || !int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            || bits > address.GetAddressBytes().Length * 8
        )
        {
            return cidr;
        }

        var bytes = address.GetAddressBytes();
        for (var index = 0; index < bytes.Length; index++)
        {
            var left = Math.Clamp(bits - (index * 8), 0, 8);
            bytes[index] &= (byte)(0xFF << (8 - left));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{bits}");
    }
}
