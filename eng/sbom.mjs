// Completes what the CycloneDX tool for .NET writes, so that the same commit gives the same bytes.
//   node eng/sbom.mjs program NAME VERSION RUNTIME BOM           a program: RUNTIME is the version of .NET compiled into it
//   node eng/sbom.mjs image NAME VERSION PACKAGES BOM...         an image: its programs' parts, and Debian's packages (name, version and architecture by tabs)
//   node eng/sbom.mjs notices BOM...                             the table of THIRD-PARTY-NOTICES.md
// The first two print a bill of materials. Format: https://cyclonedx.org/docs/1.6/json/, package URLs: https://github.com/package-url/purl-spec.
import { readFileSync } from "node:fs";

const [command, ...rest] = process.argv.slice(2);
const read = file => JSON.parse(readFileSync(file, "utf8"));
const byReference = (a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1);
const component = (purl, name, version, licence) => ({
  type: "library", "bom-ref": purl, name, version, ...(licence && { licenses: [{ license: { id: licence } }] }), purl,
});

function write(base, type, name, version, components) {
  const { serialNumber, ...bom } = base;
  const itself = { type, "bom-ref": `${name}@${version}`, name, version, licenses: [{ license: { id: "Apache-2.0" } }] };
  const timestamp = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString();
  const unique = [...new Map(components.map(part => [part["bom-ref"], part])).values()].sort(byReference);
  const dependencies = [{ ref: itself["bom-ref"], dependsOn: unique.map(part => part["bom-ref"]) }];
  console.log(JSON.stringify({ ...bom, metadata: { ...bom.metadata, timestamp, component: itself }, components: unique, dependencies }, null, 2));
}

if (command === "program") {
  const [name, version, runtime, file] = rest;
  const bom = read(file);
  const frameworks = ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"].slice(0, name === "eni-ipam" ? 1 : 2);
  const parts = frameworks.map(framework => component(`pkg:generic/${framework}@${runtime}`, framework, runtime, "MIT"));
  write(bom, "application", name, version, [...(bom.components ?? []), ...parts]);
} else if (command === "image") {
  const [name, version, packages, ...files] = rest;
  const boms = files.map(read);
  const debian = readFileSync(packages, "utf8").trim().split("\n").map(line => {
    const [part, release, architecture] = line.split("\t");
    return component(`pkg:deb/debian/${encodeURIComponent(part)}@${encodeURIComponent(release)}?arch=${architecture}`, part, release);
  });
  write(boms[0], "container", name, version, [...boms.flatMap(bom => bom.components), ...debian]);
} else if (command === "notices") {
  const parts = new Map();
  for (const { components, metadata } of rest.map(read)) {
    for (const part of components) {
      const row = parts.get(part.name) ?? { part, programs: [] };
      row.programs.push(metadata.component.name);
      parts.set(part.name, row);
    }
  }
  for (const [name, { part, programs }] of [...parts].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))) {
    const licence = part.licenses?.map(({ license, expression }) => expression ?? license.id ?? license.name).join(" and ");
    if (!licence) throw new Error(`${name} ${part.version} names no licence; look it up, and say it in eng/sbom.mjs`);
    const holder = part.copyright ?? part.authors?.map(author => author.name).join(", ") ?? ".NET Foundation and contributors";
    console.log(`| ${name} | ${programs.join(", ")} | ${licence} | ${holder.replace(/^Copyright\s*(\(c\)|©)?\s*|^©\s*/i, "").replace(/\.? All rights reserved\.?$/, "")} |`);
  }
} else {
  console.error("sbom: program, image or notices; the first lines of eng/sbom.mjs describe them");
  process.exit(2);
}
