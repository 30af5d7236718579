using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Manager.Binding;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// The address book on disk. It belongs below <c>/run</c>, which a reboot empties, as it ends all
/// leases; a book of another boot is void wherever it is found.
/// </summary>
/// <param name="path">The file; need not exist.</param>
/// <param name="before">
/// Called before each write; lets tests end the program there.
/// </param>
internal sealed class AddressBookFile(string path, Action<string>? before)
{
    /// <summary>Reads the book of a boot.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is there and cannot be read, or has a form of another release. Addresses are in use then that nobody knows, so none
    /// may be given.
    /// </exception>
    public AddressBook Read(string bootId)
    {
        try
        {
            if (
                DurableFile.Read(path) is not { Length: > 0 } text
                || JsonSerializer.Deserialize(text, AddressBookJson.Default.StoredAddressBook) is not { } stored
            )
            {
                return AddressBook.Empty;
            }

            // Nothing of another form is believed, not even the boot.
            if (stored.Version != StoredAddressBook.Form)
            {
                throw new InvalidDataException(
                    $"The address book {path} has form {stored.Version}, of another release; this one reads form {StoredAddressBook.Form}. "
                        + "It tells which pods have which addresses: install that release again, or drain the node, then delete the file."
                );
            }

            return stored.BootId == bootId ? AddressBook.Of(stored.Leases, stored.Cooling) : AddressBook.Empty;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"The address book {path} cannot be read ({error.Message}). It tells which pods have which addresses: drain the node, then delete the file.",
                error
            );
        }
    }

    /// <summary>Replaces the book.</summary>
    /// <exception cref="JournalException">The disk does not take it; the former one stays.</exception>
    public void Write(AddressBook book, string bootId)
    {
        before?.Invoke("address book");
        var stored = new StoredAddressBook
        {
            BootId = bootId,
            Leases =
            [
                .. book
                    .Leases.Values.OrderBy(lease => lease.ContainerId, StringComparer.Ordinal)
                    .ThenBy(lease => lease.Interface, StringComparer.Ordinal),
            ],
            Cooling =
            [
                .. book
                    .Cooling.Keys.OrderBy(address => address.EniId, StringComparer.Ordinal)
                    .ThenBy(address => address.Address, StringComparer.Ordinal),
            ],
        };
        try
        {
            DurableFile.Replace(path, JsonSerializer.Serialize(stored, AddressBookJson.Default.StoredAddressBook));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(path, error);
        }
    }
}

/// <summary>The book as stored.</summary>
internal sealed record StoredAddressBook
{
    /// <summary>The form that this release writes and reads.</summary>
    public const int Form = 1;

    /// <summary>Form of the file.</summary>
    public int Version { get; set; } = Form;

    /// <summary>The boot in which the leases were given.</summary>
    public string BootId { get; set; } = "";

    /// <summary>The leases.</summary>
    public List<AddressLease> Leases { get; set; } = [];

    /// <summary>Addresses that were given back a short time ago.</summary>
    public List<AddressOfEni> Cooling { get; set; } = [];
}

/// <summary>How the book is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredAddressBook))]
internal sealed partial class AddressBookJson : JsonSerializerContext;
