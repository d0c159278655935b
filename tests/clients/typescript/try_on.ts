// Requests one try-on with the generated client: node built/try_on.js URL AUTHORIZATION PHOTO SHIRT
import { readFile } from "node:fs/promises";

import createClient from "openapi-fetch";

import type { components, paths } from "./generated/schema.js";

type Problem = components["schemas"]["OutfitProblem"];
type TryOn = components["schemas"]["OutfitTryOn"];

const [baseUrl = "", authorization = "", photoFile = "", garmentFile = ""] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl, headers: { Authorization: authorization } });

// The schema describes files as binary strings; in a browser they are File or Blob.
async function file(path: string): Promise<string> {
  return new Blob([await readFile(path)], { type: "image/jpeg" }) as unknown as string;
}

function asForm(body: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (value instanceof Blob) form.append(name, value, "picture.jpg");
    else form.append(name, String(value));
  }
  return form;
}

function succeeded<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.error?.title}: ${answer.error?.detail}`);
  }
  return answer.data;
}

async function finished(id: number): Promise<TryOn> {
  for (let polls = 0; polls < 300; polls += 1) {
    const look = succeeded(await api.GET("/try-ons/{id}/", { params: { path: { id } } }));
    const hasEnded = look.poll_after === null;
    if (hasEnded && (look.status !== "succeeded" || look.hotspots.length > 0)) return look;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("The try-on has not finished.");
}

const products = succeeded(await api.GET("/products/", { params: { query: { page_size: 1 } } }));
const product = products.results[0];
if (!product) throw new Error("The shop has no product.");

const photo = succeeded(
  await api.POST("/model-images/", {
    body: { name: "Ada", image: await file(photoFile) },
    bodySerializer: asForm,
  }),
);
const garment = succeeded(
  await api.POST("/garments/", {
    body: { product: product.id, kind: "top", image: await file(garmentFile) },
    bodySerializer: asForm,
  }),
);
const look = succeeded(
  await api.POST("/try-ons/", {
    body: { model_image: photo.id, garments: [garment.id] },
    params: { header: { "Idempotency-Key": "typescript-1" } },
  }),
);
const done = await finished(look.id);
const { error } = await api.GET("/try-ons/{id}/", { params: { path: { id: 0 } } });

console.log(
  JSON.stringify({
    status: done.status,
    picture: done.picture?.url,
    products: done.hotspots.map((spot) => spot.product?.title),
    unknown: error?.code,
  }),
);
